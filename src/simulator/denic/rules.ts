import { type Holding, type RegistryMemory, USUAL_AUTHINFO } from '../memory.js'
import { CODES, error, type Finding, info, warning } from './codes.js'
import { readNameServers } from './name-servers.js'
import type { Order } from './order.js'

/** What became of an order. `data` are further `Key: value` lines, for the orders that ask for something. */
export type Ruling = { result: 'success' | 'failed'; findings: Finding[]; data?: string[] }

type Rule = (order: Order, memory: RegistryMemory) => Ruling

const create: Rule = (order, memory) => {
  if (memory.isReserved(order.name)) return refused(order)
  if (memory.find(order.name) !== null)
    return failed(error(CODES.alreadyRegistered, `Domain is already registered [${order.name}]`))
  return put(order, memory)
}

const changeProvider: Rule = (order, memory) => {
  const authInfo = order.fields.get('authinfo')?.[0] ?? ''
  if (authInfo.length < 8 || authInfo.length > 16)
    return failed(error(CODES.semantics, 'AuthInfo must be 8 to 16 characters'))
  if (memory.isReserved(order.name)) return refused(order)
  const held = memory.find(order.name)
  if (held === null) return authInfo === USUAL_AUTHINFO ? put(order, memory) : missing(order)
  if (held.provider === 'gateway')
    return failed(error(CODES.alreadyYours, `Domain is with you already [${order.name}]`))
  if (held.authInfo !== authInfo) return failed(error(CODES.authInfoWrong, `AuthInfo does not match [${order.name}]`))
  return put(order, memory, [info(CODES.authInfoRemoved, `AuthInfo was removed [${order.name}]`)])
}

const update: Rule = (order, memory) =>
  ours(order, memory, (held) => {
    const same = new Set([...held.holders, ...holders(order)]).size === held.holders.length
    return same ? put(order, memory) : failed(error(CODES.semantics, 'Holder differs; use CHHOLDER'))
  })

const changeHolder: Rule = (order, memory) => ours(order, memory, () => put(order, memory))

const remove: Rule = (order, memory) =>
  ours(order, memory, (held) => {
    if (holders(order).some((holder) => !held.holders.includes(holder)))
      return failed(error(CODES.semantics, 'Holder is not that of the domain'))
    memory.remove(order.name)
    return done()
  })

const restore: Rule = (order, memory) => {
  const held = memory.find(order.name)
  if (held !== null) return failed(error(CODES.notDeleted, `Domain is not deleted [${order.name}]`))
  return memory.restore(order.name) === null ? missing(order) : done()
}

/** The domain stays registered, in nobody's account; with `true` its name servers become those of the registry. */
const transit: Rule = (order, memory) =>
  ours(order, memory, (held) => {
    const disconnect = order.fields.get('disconnect')?.[0]?.toLowerCase()
    if (disconnect !== 'true' && disconnect !== 'false')
      return failed(error(CODES.semantics, 'Disconnect must be true or false'))
    const nameservers = disconnect === 'true' ? [] : held.nameservers
    memory.save({ ...held, provider: 'another', nameservers, authInfo: null, released: null, changedAt: memory.now() })
    return done()
  })

const createAuthInfo: Rule = (order, memory) =>
  ours(order, memory, (held) => {
    const digest = order.fields.get('authinfohash')?.[0] ?? ''
    const until = order.fields.get('authinfoexpire')?.[0] ?? ''
    if (!/^[0-9a-f]{64}$/.test(digest)) return failed(error(CODES.semantics, 'AuthInfoHash must be a SHA-256'))
    const days = (daysOf(until) - memory.now().getTime()) / (24 * 60 * 60_000)
    if (!(days > -1 && days <= 30)) return failed(error(CODES.semantics, `AuthInfoExpire is invalid [${until}]`))
    memory.save({ ...held, released: { digest, until }, changedAt: memory.now() })
    return done()
  })

/** The letter is not written: nobody could read it. */
const createLetter: Rule = (order, memory) =>
  ours(order, memory, () =>
    order.fields.has('authinfohash') || order.fields.has('authinfoexpire')
      ? failed(error(CODES.semantics, 'A letter has no AuthInfoHash and no AuthInfoExpire'))
      : done(),
  )

const deleteAuthInfo: Rule = (order, memory) =>
  ours(order, memory, (held) => {
    if ((held.released ?? null) === null) return failed(error(CODES.noAuthInfo, `There is no AuthInfo [${order.name}]`))
    memory.save({ ...held, released: null, changedAt: memory.now() })
    return done(info(CODES.authInfoRemoved, `AuthInfo was removed [${order.name}]`))
  })

/** The beginning of a day that is written as `YYYYMMDD`; not a number where it is none. */
const daysOf = (day: string): number =>
  /^\d{8}$/.test(day) ? Date.parse(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T00:00:00Z`) : Number.NaN

const check: Rule = (order, memory) =>
  withoutReference(order, () => ({
    result: 'success',
    findings: [],
    data: [`Domain: ${order.name}`, `Domain-Ace: ${order.name}`, `Status: ${statusOf(memory.find(order.name))}`],
  }))

const inform: Rule = (order, memory) =>
  withoutReference(order, () => {
    const held = memory.find(order.name)
    if (held === null) return missing(order)
    const account =
      held.provider === 'gateway' ? (held.holders[0]?.match(/^DENIC-\d+/)?.[0] ?? 'DENIC-1') : 'DENIC-99999'
    const servers = held.nameservers.flatMap(({ host, addresses }) =>
      addresses.length === 0 ? [`Nserver: ${host}.`] : addresses.map((address) => `Nserver: ${host}. ${address}`),
    )
    const data = [`Domain: ${order.name}`, `Domain-Ace: ${order.name}`, ...servers, `Status: ${statusOf(held)}`]
    return {
      result: 'success',
      findings: [],
      data: [...data, `RegAccId: ${account}`, `Changed: ${stamp(held.changedAt)}`],
    }
  })

export const RULES: Record<string, Rule> = {
  CREATE: create,
  CHPROV: changeProvider,
  UPDATE: update,
  CHHOLDER: changeHolder,
  DELETE: remove,
  RESTORE: restore,
  TRANSIT: transit,
  'CREATE-AUTHINFO1': createAuthInfo,
  'CREATE-AUTHINFO2': createLetter,
  'DELETE-AUTHINFO1': deleteAuthInfo,
  CHECK: check,
  INFO: inform,
}

/** Writes the order's object into the registry, unless its contacts or name servers forbid it. */
const put = (order: Order, memory: RegistryMemory, also: Finding[] = []): Ruling => {
  const { servers, errors, warnings, lame } = readNameServers(order, memory)
  const faults = [...contactErrors(order, memory), ...errors]
  if (faults.length > 0) return failed(...faults)
  const changedAt = memory.now()
  memory.save({
    name: order.name,
    provider: 'gateway',
    holders: holders(order),
    nameservers: servers,
    delegated: lame === null,
    authInfo: null,
    changedAt,
  })
  const dns =
    lame === null ? [info(CODES.dnsAccepted, `DNS data accepted [${order.name}]`)] : undelegated(lame, changedAt)
  return { result: 'success', findings: [...dns, ...warnings, ...also] }
}

const undelegated = (host: string, at: Date): Finding[] => [
  error(CODES.nameserverError, `Nameserver error [ERROR: 901 Unexpected RCODE (${host})]`),
  warning(CODES.notDelegated, `The provided DNS data are not acceptable. Domain "Status" is "failed". [${stamp(at)}]`),
]

const contactErrors = (order: Order, memory: RegistryMemory): Finding[] => {
  const handles = ['holder', 'generalrequest', 'abusecontact'].flatMap((key) => order.fields.get(key) ?? [])
  const known = (handle: string) => /^DENIC-\d+-[A-Z0-9-]{1,22}$/i.test(handle) && memory.knowsHandle(handle)
  const unknown = handles.filter((handle) => !known(handle))
  const findings = unknown.map((handle) => error(CODES.contactMissing, `Contact does not exist [${handle}]`))
  const all = holders(order)
  if (all.length === 0) findings.push(error(CODES.semantics, 'Key is missing [holder]'))
  if (new Set(all).size < all.length) findings.push(error(CODES.semantics, 'Holders must differ'))
  return findings
}

const ours = (order: Order, memory: RegistryMemory, then: (held: Holding) => Ruling): Ruling => {
  const held = memory.find(order.name)
  if (held === null) return missing(order)
  return held.provider === 'gateway' ? then(held) : refused(order)
}

const withoutReference = (order: Order, then: () => Ruling): Ruling =>
  order.reference === null ? then() : failed(error(CODES.semantics, `Ctid is not allowed with ${order.action}`))

const holders = (order: Order): string[] => (order.fields.get('holder') ?? []).map((handle) => handle.toUpperCase())

const statusOf = (held: Holding | null): string => (held === null ? 'free' : held.delegated ? 'connect' : 'failed')

const done = (...findings: Finding[]): Ruling => ({ result: 'success', findings })
const failed = (...findings: Finding[]): Ruling => ({ result: 'failed', findings })
const refused = (order: Order): Ruling => failed(error(CODES.unauthorized, `Unauthorized [${order.name}]`))
const missing = (order: Order): Ruling => failed(error(CODES.noSuchDomain, `Domain doesn't exist [${order.name}]`))

const stamp = (at: Date): string => at.toISOString().replace(/\.\d+Z$/, '+00:00')
