import { isIP } from 'node:net'
import { asciiName, type RegistryMemory } from '../memory.js'
import { CODES, error, type Finding, warning } from './codes.js'
import type { Order } from './order.js'

export type NameServers = {
  servers: { host: string; addresses: string[] }[]
  /** What keeps the whole order from being carried out. */
  errors: Finding[]
  /** What the registry only mentions. */
  warnings: Finding[]
  /** Set where the domain can be registered, and its zone cannot be served. */
  lame: string | null
}

/** The order's `Nserver` lines after the name-server rules: at least two hosts, glue for those inside the domain. */
export const readNameServers = (order: Order, memory: RegistryMemory): NameServers => {
  const lines = order.fields.get('nserver') ?? []
  const hosts = new Map<string, string[]>()
  const errors: Finding[] = []
  for (const line of lines) {
    const [given = '', address, ...rest] = line.split(/\s+/)
    const host = asciiName(given)
    if (host === '' || rest.length > 0) errors.push(error(CODES.semantics, `Nserver is invalid [${line}]`))
    else if (address !== undefined && isIP(address) === 0) errors.push(nast(129, `Invalid IP address (${address})`))
    else hosts.set(host, [...(hosts.get(host) ?? []), ...(address === undefined ? [] : [address])])
  }
  const servers = [...hosts].map(([host, addresses]) => ({ host, addresses }))
  const inside = (host: string) => host === order.name || host.endsWith(`.${order.name}`)
  return {
    servers,
    errors: [...errors, ...(order.fields.has('nsentry') ? entryErrors(lines) : serverErrors(servers, inside, errors))],
    warnings: servers
      .filter(({ host, addresses }) => addresses.length > 0 && !inside(host))
      .map(({ host }) =>
        warning(CODES.nameserverWarning, `Nameserver warning [WARNING: 102 Provided glue not applicable (${host})]`),
      ),
    lame: servers.find(({ host }) => memory.isLame(host))?.host ?? null,
  }
}

const entryErrors = (lines: string[]): Finding[] =>
  lines.length > 0 ? [error(CODES.semantics, 'Nserver and Nsentry exclude each other')] : []

const serverErrors = (
  servers: NameServers['servers'],
  inside: (host: string) => boolean,
  before: Finding[],
): Finding[] => {
  const bare = servers.filter(({ host, addresses }) => addresses.length === 0 && inside(host))
  const missing = bare.map(({ host }) => error(CODES.glueMissing, `Glue record is missing [${host}]`))
  if (servers.length > 13) return [error(CODES.semantics, 'More than 13 name servers'), ...missing]
  const tooFew = before.length === 0 && servers.length < 2
  return tooFew ? [nast(127, 'Insufficient number of name servers'), ...missing] : missing
}

const nast = (code: number, text: string): Finding =>
  error(CODES.nameserverError, `Nameserver error [ERROR: ${code} ${text}]`)
