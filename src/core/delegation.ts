import type { Problem } from './errors.js'

/** What is looked up before a domain is delegated, and what its name servers say of it. */

/** `unknown`: our own DNS gave no answer, so nothing can be said of the host. */
export type HostAddresses =
  | { kind: 'found'; addresses: string[] }
  | { kind: 'absent' }
  | { kind: 'unknown'; reason: string }

/** The name servers of a zone. `absent`: there is no such zone. `unknown`: our own DNS gave no answer. */
export type ZoneServers = { kind: 'found'; hosts: string[] } | { kind: 'absent' } | { kind: 'unknown'; reason: string }

export type QueryType = 'SOA' | 'NS' | 'A' | 'AAAA'

/** Times are seconds (RFC 1035, 3.3.13); `minimum` is how long what is absent is remembered (RFC 2308, 4). */
export type Soa = { primary: string; refresh: number; retry: number; expire: number; minimum: number }

/** Names are in lower case and without a dot at their end. */
export type DnsRecord = { type: 'SOA'; soa: Soa } | { type: 'NS' | 'CNAME' | 'A' | 'AAAA'; value: string }

/** `silent`: no answer in time. `refused`: no server there takes the question, or what it says cannot be read. */
export type ServerAnswer =
  | {
      kind: 'answer'
      rcode: string
      authoritative: boolean
      recursive: boolean
      records: DnsRecord[]
      /** The name servers of exactly that name, to which it refers whoever asks (RFC 1034, 4.3.1); empty where it refers nowhere, or elsewhere. */
      referral: string[]
    }
  | { kind: 'silent' }
  | { kind: 'refused'; reason: string }
  | { kind: 'unroutable'; reason: string }

/** One address of a name server, and what it says of the domain; null is what was not asked. */
export type Probe = {
  address: string
  soa: ServerAnswer
  ns: ServerAnswer | null
  overTcp: ServerAnswer | null
  /** The addresses of the host itself, where the host lies inside the domain. */
  own: { a: ServerAnswer; aaaa: ServerAnswer } | null
}

/** One name server of an order; `at` is its pointer. */
export type ProbedServer = { host: string; at: string; addresses: HostAddresses; probes: Probe[] }

export type DelegationFacts = { domain: string; servers: ProbedServer[] }

/** An `error` keeps the registry from delegating the domain; a `warning` is advice, or what could not be found out. */
export type DelegationFinding = Problem & { level: 'error' | 'warning'; code: string }
