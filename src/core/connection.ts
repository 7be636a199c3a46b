import type { Nameserver } from './domain.js'

/** How a mail is signed: clear-signed (RFC 9580, 7), PGP/MIME (RFC 3156), or S/MIME (RFC 8551). */
export const SCHEMES = ['openpgp-clear', 'openpgp-mime', 'smime'] as const
export type Scheme = (typeof SCHEMES)[number]

/** One account at one registry, as it was checked and frozen when it was added. Durations are milliseconds. */
export type Connection = {
  id: string
  title: string
  profile: string
  tlds: string[]
  mode: 'live' | 'test'
  registry: { to: string; from: string; replyTo: string; test: string | null }
  relay: Relay
  signing: { scheme: Scheme; key: string; passphraseEnv: string | null }
  trust: Trust
  checkEvery: number
  reconcile: boolean
  rate: { perDay: number } | null
  replyTimeout: number
  /** What the profile needs, checked by the profile's own schema. */
  account: Record<string, unknown>
  defaults: { nameservers: Nameserver[]; contacts: Record<string, unknown> }
  agreement: { text: string | null; file: string | null } | null
  expiry: { warnDays: number | null; renewDays: number | null } | null
  lookup: string | null
  support: { name: string | null; email: string | null } | null
  paused: boolean
  createdAt: Date
}

export type Relay = {
  host: string
  port: number
  tls: 'none' | 'starttls' | 'implicit'
  user: string | null
  passwordEnv: string | null
  /** File with the certificate authority that signed the relay's certificate, under the keys folder. */
  ca: string | null
}

export type Trust = {
  keys: { file: string; notBefore: Date | null; notAfter: Date | null }[]
  schemes: Scheme[]
  /** How old a signature may be when its mail arrives. */
  maxAge: number
  allowUnsigned: boolean
}

/** Where the requests of this connection go: a connection in test mode can never mail the live address. */
export const recipientOf = (connection: Pick<Connection, 'mode' | 'registry'>): string | null =>
  connection.mode === 'live' ? connection.registry.to : connection.registry.test
