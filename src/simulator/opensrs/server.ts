import { createHash, timingSafeEqual } from 'node:crypto'
import { asciiName, type Holding } from '../memory.js'
import type { Call, CallAnswer, Decides, MakeServerPersonality } from '../server-personality.js'
import { type Data, readMessage, writeMessage } from './xml.js'

/** An order that was taken; `asked` counts how often somebody asked what became of it. */
type Order = {
  id: string
  domain: string
  type: 'new' | 'transfer'
  status: 'waiting' | 'completed' | 'declined'
  decides: Decides
  asked: number
  at: Date
  holding: Holding
}

type Words = { code: string; text: string; success: boolean; attributes?: { [key: string]: Data } }

const said = (code: string, text: string, attributes: { [key: string]: Data } = {}): Words => ({
  ...{ code, text, attributes, success: Number(code) < 300 },
})

const YEAR = 365.25 * 86_400_000

/** The server of OpenSRS, as far as orders need it. A transfer is always decided later. */
const make: MakeServerPersonality = (memory) => {
  const orders: Order[] = []
  const expiries = new Map<string, Date>()

  const take = (attributes: { [key: string]: Data }, decides: Decides): Words => {
    const domain = textOf(attributes['domain'])
    const transfer = attributes['reg_type'] === 'transfer'
    const held = memory.find(domain)
    if (memory.isReserved(domain)) return said('465', `Domain ${domain} is reserved`)
    const problem = transfer
      ? transferProblem(held, attributes)
      : held === null
        ? contactProblem(attributes)
        : said('485', 'Domain taken')
    if (problem !== null) return problem
    const order = newOrder({
      attributes,
      domain,
      transfer,
      decides: transfer && decides === 'at-once' ? 'later' : decides,
    })
    if (order.decides === 'at-once') carryOut(order)
    const attributesOut = { id: order.id, registration_text: 'Registration taken', admin_email: '' }
    if (transfer) return said('200', 'Transfer submitted', { ...attributesOut, registration_code: '200' })
    return order.decides === 'at-once'
      ? said('200', 'Domain registration successfully completed', { ...attributesOut, registration_code: '200' })
      : said('250', 'Domain registration submitted', { ...attributesOut, registration_code: '250' })
  }

  const newOrder = (given: {
    attributes: { [key: string]: Data }
    domain: string
    transfer: boolean
    decides: Decides
  }): Order => {
    const { attributes, domain, transfer, decides } = given
    const now = memory.now()
    const order: Order = {
      ...{ id: String(3_700_001 + orders.length), domain, decides, at: now, asked: 0, status: 'waiting' },
      type: transfer ? 'transfer' : 'new',
      holding: {
        ...{ name: domain, provider: 'gateway', delegated: true, authInfo: null, changedAt: now },
        holders: [textOf(mapOf(mapOf(attributes['contact_set'])['owner'])['org_name'])],
        nameservers: hostsOf(attributes['nameserver_list']),
      },
    }
    orders.push(order)
    return order
  }

  const carryOut = (order: Order): void => {
    order.status = 'completed'
    memory.save(order.holding)
    expiries.set(order.domain, new Date(memory.now().getTime() + YEAR))
  }

  /** It is decided at the second question. */
  const ask = (order: Order): void => {
    order.asked += 1
    if (order.status !== 'waiting' || order.asked < 2 || order.decides === 'never') return
    if (order.decides === 'against') order.status = 'declined'
    else carryOut(order)
  }

  const answerOrder = (id: string): Words => {
    const order = orders.find((one) => one.id === id)
    if (order === undefined) return said('480', 'Order not found')
    ask(order)
    const hash = { id, domain: order.domain, reg_type: order.type, status: order.status }
    return said('200', 'Query Successful', { field_hash: hash })
  }

  const answerOrders = (domain: string): Words => {
    const found = orders.filter((order) => order.domain === domain)
    for (const order of found) ask(order)
    const list = found.map(({ id, status, type, at }) => ({
      id,
      status,
      type,
      order_date: String(Math.floor(at.getTime() / 1_000)),
    }))
    return said('200', 'Query Successful', { orders: list })
  }

  const renew = ({ domain, currentexpirationyear: year, period }: { [key: string]: Data }): Words => {
    const ends = ownExpiry(textOf(domain))
    if (ends === null) return said('541', 'Domain does not belong to this account')
    if (String(ends.getUTCFullYear()) !== year) return said('555', 'Domain already renewed')
    const until = new Date(Date.UTC(ends.getUTCFullYear() + Number(period), ends.getUTCMonth(), ends.getUTCDate()))
    expiries.set(textOf(domain), until)
    return said('200', 'Renewal successful', { order_id: '17', 'registration expiration date': stamp(until) })
  }

  const ownExpiry = (domain: string): Date | null =>
    memory.find(domain)?.provider === 'gateway'
      ? (expiries.get(domain) ?? new Date(memory.now().getTime() + YEAR))
      : null

  const changeHosts = ({ domain, assign_ns: hosts }: { [key: string]: Data }): Words => {
    const held = memory.find(textOf(domain))
    if (held?.provider !== 'gateway') return said('541', 'Domain does not belong to this account')
    memory.save({ ...held, nameservers: hostsOf(hosts) })
    return said('200', 'Nameserver update successful')
  }

  const tell = (domain: string): Words => {
    const [held, ends] = [memory.find(domain), ownExpiry(domain)]
    if (held === null || ends === null) return said('541', 'Domain does not belong to this account')
    const nameservers = held.nameservers.map(({ host }, index) => ({ name: host, sortorder: String(index + 1) }))
    const dates = { expiredate: stamp(ends), registry_expiredate: stamp(ends) }
    return said('200', 'Query Successful', { ...dates, nameserver_list: nameservers })
  }

  const transferable = (domain: string): Words => {
    const held = memory.find(domain)
    const reason = held === null ? 'Domain not registered' : held.provider === 'gateway' ? 'Domain already here' : null
    return said('200', 'Query successful', {
      transferrable: reason === null ? '1' : '0',
      ...(reason === null ? {} : { reason }),
    })
  }

  const carry = (message: { [key: string]: Data }, decides: Decides): Words => {
    const attributes = mapOf(message['attributes'])
    const domain = asciiName(textOf(attributes['domain']))
    switch (textOf(message['action']).toUpperCase()) {
      case 'LOOKUP':
        return memory.find(domain) === null ? said('210', 'Domain available') : said('211', 'Domain taken')
      case 'SW_REGISTER':
        return domain === '' ? said('465', 'Invalid domain') : take({ ...attributes, domain }, decides)
      case 'RENEW':
        return renew({ ...attributes, domain })
      case 'ADVANCED_UPDATE_NAMESERVERS':
        return changeHosts({ ...attributes, domain })
      case 'GET':
        return tell(domain)
      case 'CHECK_TRANSFER':
        return transferable(domain)
      case 'GET_ORDER_INFO':
        return answerOrder(textOf(attributes['order_id']))
      case 'GET_ORDERS_BY_DOMAIN':
        return answerOrders(domain)
      default:
        return said('430', 'Command not implemented')
    }
  }

  const answer = (call: Call, work: (message: { [key: string]: Data }) => Words): CallAnswer => {
    let message: { [key: string]: Data } = {}
    try {
      message = readMessage(call.body.toString('utf8'))
    } catch {
      return written({}, said('400', 'The message cannot be read'))
    }
    return written(message, work(message))
  }

  return {
    knows: ({ headers, body }, accounts) => {
      const key = accounts.get(headers['x-username'] ?? '')
      if (key === undefined) return false
      const inner = createHash('md5')
        .update(Buffer.concat([body, Buffer.from(key)]))
        .digest('hex')
      const wanted = Buffer.from(createHash('md5').update(`${inner}${key}`).digest('hex'))
      const given = Buffer.from(headers['x-signature'] ?? '')
      return given.length === wanted.length && timingSafeEqual(given, wanted)
    },
    handle: (call, decides) => answer(call, (message) => carry(message, decides)),
    refuse: (call) => answer(call, () => said('465', 'Refused by the simulator')),
    busy: () => written({}, said('310', 'Command rate limit exceeded')),
    unknownCaller: () => written({}, said('401', 'Authentication Error.')),
  }
}

export default make

const written = (message: { [key: string]: Data }, { code, text, success, attributes = {} }: Words): CallAnswer => {
  const object = textOf(message['object']) || 'DOMAIN'
  const head = { protocol: 'XCP', action: 'REPLY', object, is_success: success ? '1' : '0', response_code: code }
  return {
    body: writeMessage({ ...head, response_text: text, attributes }),
    action: textOf(message['action']) || null,
    domain: textOf(mapOf(message['attributes'])['domain']) || null,
    outcome: success ? 'success' : 'failed',
  }
}

const transferProblem = (held: Holding | null, attributes: { [key: string]: Data }): Words | null => {
  if (held === null) return said('487', 'Domain is not registered, so it cannot be transferred')
  if (held.provider === 'gateway') return said('487', 'Domain already belongs to this account')
  return attributes['auth_info'] === held.authInfo
    ? contactProblem(attributes)
    : said('487', 'Invalid authorization information')
}

const NEEDED = [
  'first_name',
  'last_name',
  'org_name',
  'address1',
  'city',
  'state',
  'postal_code',
  'country',
  'phone',
  'email',
]

/** An order that its validation refuses stays there as pending. */
const contactProblem = (attributes: { [key: string]: Data }): Words | null => {
  for (const role of ['owner', 'admin', 'billing']) {
    const contact = mapOf(mapOf(attributes['contact_set'])[role])
    const missing = NEEDED.find((key) => textOf(contact[key]) === '')
    if (missing !== undefined) return said('460', `Missing ${role} ${missing}`)
    if (!/^\+\d{1,3}\.\d{4,}$/.test(textOf(contact['phone']))) return said('465', `Invalid ${role} phone`)
  }
  return null
}

const textOf = (data: Data | undefined): string => (typeof data === 'string' ? data : '')
const mapOf = (data: Data | undefined): { [key: string]: Data } =>
  typeof data === 'object' && !Array.isArray(data) ? data : {}

const hostsOf = (data: Data | undefined): Holding['nameservers'] =>
  (Array.isArray(data) ? data : []).map((item) => ({
    host: textOf(item) || textOf(mapOf(item)['name']),
    addresses: [],
  }))

const stamp = (at: Date): string => at.toISOString().slice(0, 19).replace('T', ' ')
