import { Refusal } from '../../../core/errors.js'
import type { SimulatedRegistries } from '../../../ports.js'
import { may } from '../frame/access.js'
import type { Area } from '../frame/area.js'
import { SimulatorPage } from './simulator-page.js'

/** Where there are simulated registries: what they do with orders. */
export const addSimulatorPages = ({ page, action, simulators }: Area): void => {
  const known = (): SimulatedRegistries => {
    if (simulators !== null) return simulators
    throw new Refusal(
      'not-found',
      'No registry is simulated here. Run `sealpost demo`, or `sealpost simulate PROFILE --control HOST:PORT` and set SEALPOST_SIMULATOR to that address.',
    )
  }
  page('/simulator', async (_, user) => {
    const { list, order } = known()
    const props = { registries: await list(), orders: order !== null, may: may(user, 'orders') }
    return { title: 'Make the registry misbehave', content: <SimulatorPage {...props} /> }
  })
  action({ path: '/simulator/:name', permission: 'orders', back: () => '/simulator' }, async (form, c) => {
    const name = c.req.param('name') ?? ''
    const behaviour = form.text('behave')
    const registry = (await known().list()).find((one) => one.name === name)
    if (registry === undefined) throw new Refusal('not-found', `no registry ${name} is simulated here`)
    if (!registry.behaviours.some((one) => one.name === behaviour))
      throw new Refusal('invalid', `there is no behaviour "${behaviour}"; choose one of the list`)
    await known().behave(name, behaviour)
    return { to: '/simulator', text: `${name} is ${behaviour} from the next mail on.` }
  })
  action({ path: '/simulator/:name/orders', permission: 'orders', back: () => '/simulator' }, async (_, c) => {
    const { order } = known()
    if (order === null)
      throw new Refusal('conflict', 'sample orders are placed in the demo alone; place one by the API')
    const domain = await order(c.req.param('name') ?? '')
    return { to: `/domains/${encodeURIComponent(domain)}`, text: `A registration of ${domain} was ordered.` }
  })
}
