import type { SimulatedRegistry } from '../../../ports.js'
import { Button } from '../frame/form-parts.js'

export type SimulatorPageProps = {
  registries: readonly SimulatedRegistry[]
  /** Whether sample orders can be placed here. */
  orders: boolean
  /** Whether who looks may change anything. */
  may: boolean
}

/** What simulated registries do, and how to make them misbehave. */
export const SimulatorPage = ({ registries, orders, may }: SimulatorPageProps) => (
  <>
    <h1>Make the registry misbehave</h1>
    <p class="lead">
      These registries are simulated: they speak real SMTP with real signatures, and no name that they register is real.
      What is chosen here holds from the next mail on that they take.
    </p>
    {registries.map((registry) => (
      <section class="card" aria-labelledby={`registry-${registry.name}`}>
        <h2 id={`registry-${registry.name}`}>{registry.name}</h2>
        <form method="post" action={`/simulator/${encodeURIComponent(registry.name)}`}>
          <fieldset disabled={!may}>
            <legend>What it does with orders</legend>
            {registry.behaviours.map(({ name, sentence }) => (
              <div class="choice">
                <input
                  type="radio"
                  id={`${registry.name}-${name}`}
                  name="behave"
                  value={name}
                  checked={name === registry.behaves}
                />
                <label for={`${registry.name}-${name}`}>
                  <strong>{name}</strong> {sentence}
                </label>
              </div>
            ))}
          </fieldset>
          {may ? <Button>Behave so</Button> : null}
        </form>
        {orders && may ? (
          <form method="post" action={`/simulator/${encodeURIComponent(registry.name)}/orders`}>
            <p>A paid registration of a name that nobody has, to see what becomes of it.</p>
            <Button kind="quiet">Place a sample order</Button>
          </form>
        ) : null}
      </section>
    ))}
  </>
)
