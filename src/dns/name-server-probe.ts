import { Resolver } from 'node:dns/promises'
import type { HostAddresses, ZoneServers } from '../core/delegation.js'
import { parseAddress } from '../core/domain-name.js'
import { specialUseOf } from '../core/network.js'
import type { NameServerProbe } from '../ports.js'
import { askByTcp, askByUdp, type Place } from './dns-client.js'

export type ProbeOptions = {
  /** The DNS that hosts are looked up in; that of this host unless said. */
  servers?: readonly string[]
  /** Where an address is asked, or why it is not: nothing that is not on the public internet is. */
  place?: (address: string) => Place | { unroutable: string }
  timeoutMs?: number
}

/** Looks hosts up and asks name servers. Never throws for what the DNS does. */
export const createNameServerProbe = (options: ProbeOptions = {}): NameServerProbe => {
  const { place = publicPlace, timeoutMs } = options
  const resolver = new Resolver({ timeout: timeoutMs ?? 2_500, tries: 2 })
  if (options.servers !== undefined) resolver.setServers([...options.servers])
  return {
    resolve: async (host) => {
      const found = await Promise.all([lookUp(() => resolver.resolve4(host)), lookUp(() => resolver.resolve6(host))])
      const addresses = found.flatMap((one) => (one.kind === 'found' ? one.addresses : []))
      if (addresses.length > 0) return { kind: 'found', addresses: addresses.flatMap(inUsualText) }
      return found.find(({ kind }) => kind === 'unknown') ?? { kind: 'absent' }
    },
    nameServers: (zone) => serversOf(() => resolver.resolveNs(zone)),
    ask: async (address, { tcp, ...question }) => {
      const to = place(address)
      if ('unroutable' in to) return { kind: 'unroutable', reason: to.unroutable }
      return tcp ? askByTcp(to, question, timeoutMs) : askByUdp(to, question, timeoutMs)
    },
  }
}

const publicPlace = (address: string): Place | { unroutable: string } => {
  const use = specialUseOf(address)
  return use === null ? { host: address, port: 53 } : { unroutable: use }
}

/** What the resolver says of a name that is not there, or has no address of that kind. */
const ABSENT = new Set(['ENOTFOUND', 'ENODATA'])

const lookUp = async (resolve: () => Promise<string[]>): Promise<HostAddresses> => {
  try {
    return { kind: 'found', addresses: await resolve() }
  } catch (error) {
    return notFound(error)
  }
}

const serversOf = async (resolve: () => Promise<string[]>): Promise<ZoneServers> => {
  try {
    return { kind: 'found', hosts: (await resolve()).map((host) => host.toLowerCase().replace(/\.$/, '')) }
  } catch (error) {
    return notFound(error)
  }
}

const notFound = (error: unknown): { kind: 'absent' } | { kind: 'unknown'; reason: string } => {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN'
  return ABSENT.has(code) ? { kind: 'absent' } : { kind: 'unknown', reason: code }
}

const inUsualText = (address: string): string[] => {
  const parsed = parseAddress(address)
  return parsed.ok ? [parsed.value.address] : []
}
