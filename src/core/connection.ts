import type { Nameserver } from './domain.js'
import type { Mode } from './mode.js'
import type { TransferAway } from './transfer-away.js'

/** How a mail is signed: clear-signed (RFC 9580, 7), PGP/MIME (RFC 3156), or S/MIME (RFC 8551). */
export const SCHEMES = ['openpgp-clear', 'openpgp-mime', 'smime'] as const
export type Scheme = (typeof SCHEMES)[number]

/**
 * What an old registry's signatures may be weak in, where its connection says so by name: a SHA-1 digest, a DSA key, an
 * RSA key of 1024 to 2047 bits. Each use of it is written to the action log.
 */
export const WEAKNESSES = ['sha1', 'dsa', 'rsa1024'] as const
export type Weakness = (typeof WEAKNESSES)[number]

/**
 * What SPF, DKIM and DMARC say about a mail (RFC 7208, 6376, 7489): not asked, kept beside the mail, or kept and needed:
 * a mail of a registry whose domain does not vouch for it by DMARC is then not believed, however well it is signed.
 */
export const SENDER_CHECKS = ['off', 'record', 'require'] as const
export type SenderCheck = (typeof SENDER_CHECKS)[number]

/** Whether the DNS of a new name has to be prepared before its request leaves (core/dns-preparation.ts). */
export const DNS_PREPARATIONS = ['off', 'required'] as const

/** What becomes of orders for names below a registrable one, which no registry has (core/sub-domain.ts). */
export const BELOW_REGISTRABLE = ['refuse', 'people'] as const

/**
 * How requests reach whoever carries them out: as signed mails to a robot, as tickets to people, or as calls of a server that
 * answers each at once. The profile says which (`profiles/profile.ts`).
 */
export const CHANNELS = ['mail', 'people', 'https'] as const
export type Channel = (typeof CHANNELS)[number]

/**
 * One account at one registry, as it was checked and frozen when it was added. What only mails need, only a connection that
 * sends mails has: ask for its `channel` first.
 */
export type Connection = MailConnection | PeopleConnection | ServerConnection

export type MailConnection = CommonFields & MailFields & { channel: 'mail' }
export type PeopleConnection = CommonFields & { channel: 'people' }
/** Where its server is, its account there and the name of its secret are in `account`, as its profile wants them. */
export type ServerConnection = CommonFields & { channel: 'https' }

/** What a connection by mail has beside all others. */
export type MailFields = {
  registry: { to: string; from: string; replyTo: string; test: string | null }
  /** Null: requests go to the mail servers of the registry's domain themselves. */
  relay: Relay | null
  /** How it is spoken to these; null where there is a relay, and for the defaults. */
  mx: MxPolicy | null
  dkim: Dkim | null
  signing: { scheme: Scheme; keys: OwnKey[] }
  trust: Trust
}

/** The fields of a connection that are about mail, by their names in its file. */
export const MAIL_FIELDS = [
  'registry',
  'relay',
  'mx',
  'dkim',
  'signing',
  'trust',
] as const satisfies readonly (keyof MailFields)[]

/** Durations are milliseconds. */
type CommonFields = {
  id: string
  title: string
  profile: string
  tlds: string[]
  mode: Mode
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
  /** Null, and null within: as its mode has it (core/watch.ts). */
  watch: { delegation: boolean | null } | null
  support: Support | null
  /** What whoever moves a domain here has to see to, in the operator's words; null: nothing is told. */
  transferChecklist: string | null
  /** Whether `setup` and `remove` are the gateway's own where its registry has them not (core/set-up.ts). */
  setup: boolean
  dnsPrepare: (typeof DNS_PREPARATIONS)[number]
  /** What is done where another provider asks for a domain that is not locked (core/transfer-away.ts). */
  transferAway: TransferAway
  belowRegistrable: (typeof BELOW_REGISTRABLE)[number]
  paused: boolean
  createdAt: Date
}

/** Whom to ask at the registry. */
export type Support = { name: string | null; email: string | null }

export type Relay = {
  host: string
  port: number
  tls: 'none' | 'starttls' | 'implicit'
  user: string | null
  passwordEnv: string | null
  /** File with the certificate authority that signed the relay's certificate, under the keys folder. */
  ca: string | null
  /** The address of this host that we come from; null: as its routes have it. */
  localAddress: string | null
}

/**
 * TLS with the mail servers of a registry's domain: used where they offer it, required and their certificates checked, or
 * never. `ca` names a file with the authority that signed them, under the keys folder; null for those that everybody knows.
 */
export type MxPolicy = {
  tls: 'opportunistic' | 'starttls' | 'none'
  ca: string | null
  /** As `Relay.localAddress`: servers are then tried at addresses of its family alone. */
  localAddress: string | null
}

/** The key that requests are signed with for mail servers (RFC 6376); its public half is at SELECTOR._domainkey.DOMAIN. */
export type Dkim = { domain: string; selector: string; key: string }

/** A key of ours, and when we sign with it. Both ends belong to the window; null is without end. */
export type OwnKey = { file: string; passphraseEnv: string | null; notBefore: Date | null; notAfter: Date | null }

/**
 * A registry's key or certificate, and when we believe it: two overlap while a registry changes its key. `names` are the
 * mail addresses of which one must be in a certificate that a pinned authority issued; null stands for the registry's own
 * address.
 */
export type Pin = { file: string; notBefore: Date | null; notAfter: Date | null; names: string[] | null }

export type Trust = {
  keys: Pin[]
  schemes: Scheme[]
  /** How old a signature may be when its mail arrives. */
  maxAge: number
  /**
   * Whether unsigned mails of a registry that never signs may settle the requests whose Message-IDs they quote; without it a
   * person decides on each.
   */
  allowUnsigned: boolean
  /** The addresses that those come from; null: the registry's own. */
  unsignedFrom: string[] | null
  weak: Weakness[]
  senderChecks: SenderCheck
}

/** Where the requests of this connection go: a connection in test mode can never mail the live address. */
export const recipientOf = (connection: Pick<MailConnection, 'mode' | 'registry'>): string | null =>
  connection.mode === 'live' ? connection.registry.to : connection.registry.test

/** A connection as an order has it: what was placed in test mode stays in it, whatever its connection became since. */
export const inModeOf = <One extends Connection>(connection: One, { mode }: { mode: Mode }): One =>
  mode === 'test' ? { ...connection, mode } : connection

/** Where its requests go, in words that follow "requests go to". */
export const destinationOf = (connection: Connection): string => {
  if (connection.channel === 'mail') return recipientOf(connection) ?? 'nobody'
  if (connection.channel === 'people') return 'people, as tickets'
  return connection.mode === 'live' ? "the registry's server, over HTTPS" : "the registry's test server, over HTTPS"
}

/** From when and until when something is to be used. Both ends belong to it; null is without end. */
export type Window = Pick<OwnKey, 'notBefore' | 'notAfter'>

export const isWithin = ({ notBefore, notAfter }: Window, at: Date): boolean =>
  (notBefore === null || notBefore <= at) && (notAfter === null || at <= notAfter)

/** Whether its time has passed: it is used no more, whatever becomes of it. */
export const isOver = ({ notAfter }: Window, at: Date): boolean => notAfter !== null && notAfter < at

/** The key that we sign with at that time: of those whose window it lies in the one that begins last. Null for none. */
export const ownKeyAt = <Key extends Window>(keys: readonly Key[], at: Date): Key | null => {
  const begin = ({ notBefore }: Key): number => notBefore?.getTime() ?? Number.NEGATIVE_INFINITY
  return keys
    .filter((key) => isWithin(key, at))
    .reduce<Key | null>((best, key) => (best === null || begin(key) > begin(best) ? key : best), null)
}

/** The addresses that a registry's mail comes from, as far as its connection says. */
export const registryAddresses = ({ registry }: Pick<MailConnection, 'registry'>): string[] =>
  registry.test === null ? [registry.to] : [registry.to, registry.test]

/** The addresses in From of what a registry that never signs may say unsigned, in lower case. */
export const unsignedSenders = (connection: Pick<MailConnection, 'registry' | 'trust'>): string[] =>
  (connection.trust.unsignedFrom ?? registryAddresses(connection)).map((address) => address.toLowerCase())
