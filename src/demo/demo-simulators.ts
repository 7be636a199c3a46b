import { Refusal } from '../core/errors.js'
import type { SimulatedRegistries } from '../ports.js'
import type { DemoStory } from '../profiles/demo.js'
import type { Call } from './play-story.js'

type Player = {
  /** What it can do, in one sentence each. */
  behaviours: Readonly<Record<string, string>>
  behaves: string
  /** Throws `SimulatorError` for what it cannot do. */
  behave(behaviour: string): void
  story: DemoStory
  call: Call
}

/** The registries of the demo, for its console; each is there once it has started. */
export type DemoSimulators = SimulatedRegistries & { add(profile: string, player: Player): void }

export const createDemoSimulators = (): DemoSimulators => {
  const players = new Map<string, Player>()
  let sample = 0
  const playerOf = (name: string): Player => {
    const player = players.get(name)
    if (player === undefined) throw new Refusal('not-found', `no registry ${name} is simulated here`)
    return player
  }
  return {
    add: (profile, player) => void players.set(profile, player),
    list: async () =>
      [...players].map(([name, { behaves, behaviours }]) => ({
        ...{ name, behaves },
        behaviours: Object.entries(behaviours).map(([behaviour, sentence]) => ({ name: behaviour, sentence })),
      })),
    behave: async (name, behaviour) => {
      const player = playerOf(name)
      player.behave(behaviour)
      players.set(name, { ...player, behaves: behaviour })
    },
    order: async (name) => {
      const { story, call } = playerOf(name)
      const [step] = story.steps
      if (step === undefined) throw new Refusal('conflict', `the story of ${name} has no order to take as a sample`)
      sample += 1
      const below = step.order.domain.slice(step.order.domain.indexOf('.'))
      const domain = story.sample?.(sample) ?? `sample-${sample}${below}`
      await call('POST', '/v1/orders', {
        ...{ ...step.order, domain, connection: story.connection.title },
        ...{ billingOrderId: `SAMPLE-${name}-${sample}`, paid: true, price: { amount: '9.90', currency: 'EUR' } },
        account: { id: 'demo-customer', type: 'customer', email: 'customer@example.net' },
      })
      return domain
    },
  }
}
