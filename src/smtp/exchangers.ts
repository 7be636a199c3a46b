import { isIP } from 'node:net'
import { messageOf } from '../core/errors.js'
import type { Resolve } from './resolve.js'

/** A mail server of a domain, at one of its addresses. `host` is what its certificate is for. */
export type Exchanger = { host: string; address: string }

/** Where mail for a domain goes, in the order to try; or why nowhere, for good or for now. */
export type Route =
  | { kind: 'exchangers'; exchangers: Exchanger[] }
  | { kind: 'refused'; reason: string }
  | { kind: 'temporary'; reason: string }

export type RouteOptions = {
  resolve: Resolve
  /** From 0 up to 1: the order among hosts of the same preference. */
  random(): number
  /** Whether that is this very host: mail that is sent there comes back. */
  isOurs(place: { host: string; address: string | null }): boolean
}

/** More than any domain needs; a zone with hundreds does not keep us busy. */
const MAX_HOSTS = 10
const MAX_ADDRESSES = 10

/**
 * The mail servers of a domain (RFC 5321, 5): its MX hosts by preference, in random order where that is the same; the host
 * of that name where there are none. Where we are one of them, only those that are preferred to us count. A domain that
 * says that it takes no mail (RFC 7505) is refused for good. One that does not exist is asked for again: an operator named
 * it, so it is a slip in a setting or in the DNS, which should cost no order.
 */
export const findExchangers = async (domain: string, options: RouteOptions): Promise<Route> => {
  const hosts = await hostsOf(domain, options)
  if (!Array.isArray(hosts)) return hosts
  const found = await Promise.all(hosts.slice(0, MAX_HOSTS).map((host) => withAddresses(host, options)))
  // whoever is named there passes mail on to those before it only, or it goes in circles (RFC 5321, 5.1)
  const own = found.find(({ isOurs }) => isOurs)
  const before = found.filter(({ priority }) => own === undefined || priority < own.priority)
  const exchangers = before.flatMap(({ host, addresses }) => addresses.map((address) => ({ host, address })))
  if (exchangers.length > 0) return { kind: 'exchangers', exchangers: exchangers.slice(0, MAX_ADDRESSES) }
  const reasons = [
    ...before.flatMap(({ reason }) => reason ?? []),
    ...(own === undefined ? [] : [`${own.host} is this very host, and the mail would come back`]),
  ]
  return temporary(`no mail server of ${domain} can be reached: ${reasons.join('; ')}`)
}

type Host = { host: string; priority: number }
type Failed = Exclude<Route, { kind: 'exchangers' }>

const hostsOf = async (domain: string, { resolve, random }: RouteOptions): Promise<Host[] | Failed> => {
  const asked = await ask(() => resolve.mx(domain))
  if (asked.kind === 'no-name') return temporary(`the DNS knows no domain ${domain}`)
  if (asked.kind === 'failed') return temporary(`the DNS does not say who takes mail for ${domain}: ${asked.reason}`)
  if (asked.kind === 'none') return implicitHost(domain, resolve)
  if (asked.records.every(({ exchange }) => isNull(exchange)))
    return refused(`the domain ${domain} takes no mail (null MX)`)
  const hosts = asked.records
    .map(({ exchange, priority }) => ({ host: plain(exchange), priority }))
    .filter(({ host }) => isHostName(host))
  return hosts.length > 0 ? inOrder(hosts, random) : temporary(`the MX records of ${domain} name no host`)
}

/** A host that is called as the domain is (RFC 5321, 5.1). */
const implicitHost = async (domain: string, resolve: Resolve): Promise<Host[] | Failed> => {
  const answers = [await ask(() => resolve.a(domain)), await ask(() => resolve.aaaa(domain))]
  const isAbsent = answers.every(({ kind }) => kind === 'none' || kind === 'no-name')
  if (isAbsent) return temporary(`the domain ${domain} has no mail server: neither MX, nor A, nor AAAA`)
  return [{ host: domain, priority: 0 }]
}

const inOrder = (hosts: readonly Host[], random: () => number): Host[] =>
  hosts
    .map((host) => ({ ...host, at: random() }))
    .sort((a, b) => a.priority - b.priority || a.at - b.at)
    .map(({ host, priority }) => ({ host, priority }))

type Found = Host & { addresses: string[]; isOurs: boolean; reason: string | null }

/** IPv4 first: many networks have IPv6 that leads nowhere, or that has no name, which mail servers mistrust. */
const withAddresses = async (host: Host, { resolve, isOurs }: RouteOptions): Promise<Found> => {
  const name = host.host
  if (isOurs({ host: name, address: null })) return { ...host, addresses: [], isOurs: true, reason: null }
  const answers = await Promise.all([ask(() => resolve.a(name)), ask(() => resolve.aaaa(name))])
  const addresses = answers.flatMap((answer) => (answer.kind === 'records' ? answer.records : []))
  const failed = answers.find((answer) => answer.kind === 'failed')
  const reason = failed === undefined ? `${name} has no address` : `${name}: ${failed.reason}`
  return { ...host, addresses, isOurs: addresses.some((address) => isOurs({ host: name, address })), reason }
}

type Answer<Record> =
  | { kind: 'records'; records: Record[] }
  | { kind: 'none' }
  | { kind: 'no-name' }
  | { kind: 'failed'; reason: string }

const ask = async <Record>(question: () => Promise<Record[]>): Promise<Answer<Record>> => {
  try {
    const records = await question()
    return records.length === 0 ? { kind: 'none' } : { kind: 'records', records }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'ENOTFOUND') return { kind: 'no-name' }
    return code === 'ENODATA' ? { kind: 'none' } : { kind: 'failed', reason: messageOf(error) }
  }
}

/** RFC 7505, 3: the root, which the resolver gives as an empty name. */
const isNull = (exchange: string): boolean => exchange === '' || exchange === '.'

const plain = (name: string): string => name.replace(/\.$/, '').toLowerCase()

/** An address where a name belongs (RFC 5321, 5.1 wants a name) is nobody's. */
const isHostName = (host: string): boolean => isIP(host) === 0 && /^[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9])?$/.test(host)

const refused = (reason: string): Failed => ({ kind: 'refused', reason })
const temporary = (reason: string): Failed => ({ kind: 'temporary', reason })
