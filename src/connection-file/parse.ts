import type { z } from 'zod'
import {
  type Channel,
  type Connection,
  MAIL_FIELDS,
  type MailConnection,
  type OwnKey,
  type PeopleConnection,
  type Relay,
  type ServerConnection,
} from '../core/connection.js'
import type { Problem } from '../core/errors.js'
import { problemsOfIssues } from '../core/zod-issues.js'
import { crossChecks, needless } from './checks.js'
import { at, good } from './field.js'
import { commonFile, defaults, dkim, mailFile, registry, type relay, signing, trust } from './form.js'

/** A connection before it has an id. */
export type ConnectionDraft = MailDraft | UnmailedDraft
type MailDraft = Omit<MailConnection, keyof Identity>
type UnmailedDraft = Omit<PeopleConnection, keyof Identity> | Omit<ServerConnection, keyof Identity>
type Identity = Pick<Connection, 'id' | 'createdAt' | 'paused'>

/** What profiles and other connections are compared with; undefined where the file has no such field that is good. */
export type ConnectionParts = {
  [Field in 'title' | 'profile' | 'tlds' | 'mode' | 'account' | 'lookup' | 'agreement']:
    | ConnectionDraft[Field]
    | undefined
} & {
  defaults: { nameservers: ConnectionDraft['defaults']['nameservers'] | undefined }
  /** Null where nothing is mailed. */
  mail: MailParts | null
}

/** The same of its keys and addresses. */
export type MailParts = {
  registry: { replyTo: string | undefined }
  signing: { [Field in 'scheme' | 'keys']: MailDraft['signing'][Field] | undefined }
  trust: {
    [Field in 'keys' | 'schemes' | 'weak' | 'allowUnsigned' | 'unsignedFrom']: MailDraft['trust'][Field] | undefined
  }
  /** Null where the connection has none; `key` is undefined where what it says is no file name. */
  dkim: { key: string | undefined } | null
}

/** `parts` is for the other checks, so that their problems are told with those of the form. */
export type ParsedConnection = { parts: ConnectionParts } & (
  | { ok: true; value: ConnectionDraft }
  /** `problems` are all those of the form. */
  | { ok: false; problems: Problem[] }
)

/**
 * A connection as an operator writes it (YAML or JSON, already read), with every default filled in, or every mistake in
 * its form at once, and the parts that are good. `channel` is that of its profile, by which its form is. Whether its keys,
 * profile and TLDs exist is for `flows/check-connection.ts` to say.
 */
export const parseConnection = (input: unknown, channel: Channel): ParsedConnection => {
  const parts = { ...commonParts(input), mail: channel === 'mail' ? mailParts(input) : null }
  return channel === 'mail' ? parseMail(input, parts) : parseUnmailed(input, parts, channel)
}

const parseMail = (input: unknown, parts: ConnectionParts): ParsedConnection => {
  const parsed = mailFile.safeParse(input)
  const issues = parsed.success ? [] : problemsOfIssues(parsed.error.issues)
  const problems = [...issues, ...crossChecks(input)]
  return parsed.success && problems.length === 0
    ? { ok: true, value: mailDraft(parsed.data), parts }
    : { ok: false, problems, parts }
}

const parseUnmailed = (input: unknown, parts: ConnectionParts, channel: UnmailedDraft['channel']): ParsedConnection => {
  const parsed = commonFile.safeParse(MAIL_FIELDS.reduce(without, input))
  const issues = parsed.success ? [] : problemsOfIssues(parsed.error.issues)
  const problems = [...issues, ...needless(input, channel)]
  return parsed.success && problems.length === 0
    ? { ok: true, value: { ...commonDraft(parsed.data), channel }, parts }
    : { ok: false, problems, parts }
}

const mailDraft = (file: z.output<typeof mailFile>): MailDraft => ({
  ...commonDraft(file),
  channel: 'mail',
  registry: { ...file.registry, test: file.registry.test ?? null },
  relay: file.relay == null ? null : relayOf(file.relay),
  mx:
    file.mx == null
      ? null
      : { tls: tlsOf(file.mx.tls), ca: file.mx.ca ?? null, localAddress: file.mx.localAddress ?? null },
  dkim: file.dkim ?? null,
  signing: { scheme: file.signing.scheme, keys: ownKeysOf(file.signing) ?? [] },
  trust: {
    ...{ ...file.trust, keys: file.trust.keys ?? [], unsignedFrom: file.trust.unsignedFrom ?? null },
    schemes: file.trust.schemes ?? [file.signing.scheme],
  },
})

const commonDraft = (file: z.output<typeof commonFile>): Omit<UnmailedDraft, 'channel'> => ({
  ...{ title: file.title, profile: file.profile, mode: file.mode, tlds: [...new Set(file.tlds)] },
  ...{ checkEvery: file.checkEvery, reconcile: file.reconcile, replyTimeout: file.replyTimeout },
  ...{ account: file.account, defaults: file.defaults },
  rate: file.rate ?? null,
  agreement: agreementOf(file.agreement),
  expiry:
    file.expiry == null ? null : { warnDays: file.expiry.warnDays ?? null, renewDays: file.expiry.renewDays ?? null },
  lookup: file.lookup ?? null,
  watch: file.watch == null ? null : { delegation: file.watch.delegation ?? null },
  support: file.support == null ? null : { name: file.support.name ?? null, email: file.support.email ?? null },
  transferChecklist: file.transferChecklist ?? null,
  setup: file.setup,
  dnsPrepare: file.dnsPrepare,
  transferAway: file.transferAway,
  belowRegistrable: file.belowRegistrable,
})

const agreementOf = (given: z.output<typeof commonFile>['agreement']): ConnectionDraft['agreement'] =>
  given == null ? null : { text: given.text ?? null, file: given.file ?? null }

const relayOf = ({ host, port, tls, user, passwordEnv, ca, localAddress }: z.output<typeof relay>): Relay => ({
  ...{ host, port, tls: tlsOf(tls) },
  ...{ user: user ?? null, passwordEnv: passwordEnv ?? null, ca: ca ?? null, localAddress: localAddress ?? null },
})

const tlsOf = <Word extends string>(tls: Word | false): Word | 'none' => (tls === false ? 'none' : tls)

const commonParts = (input: unknown): Omit<ConnectionParts, 'mail'> => {
  const { title, profile, tlds, mode, account, lookup, agreement } = commonFile.shape
  return {
    title: good(title, input, 'title'),
    profile: good(profile, input, 'profile'),
    tlds: good(tlds, input, 'tlds'),
    mode: good(mode, input, 'mode'),
    account: good(account, input, 'account'),
    lookup: good(lookup, input, 'lookup'),
    agreement: agreementOf(good(agreement, input, 'agreement')),
    defaults: { nameservers: good(defaults.shape.nameservers, input, 'defaults', 'nameservers') },
  }
}

const mailParts = (input: unknown): MailParts => {
  const ownKeys = good(signing.omit({ scheme: true }), without(at(input, 'signing'), 'scheme'))
  const scheme = good(signing.shape.scheme, input, 'signing', 'scheme')
  const schemes = good(trust.shape.schemes, input, 'trust', 'schemes')
  const saysSchemes = at(input, 'trust', 'schemes') !== undefined
  return {
    registry: { replyTo: good(registry.shape.replyTo, input, 'registry', 'replyTo') },
    signing: { scheme, keys: ownKeys === undefined ? undefined : ownKeysOf(ownKeys) },
    trust: {
      keys: good(trust.shape.keys, input, 'trust', 'keys'),
      schemes: saysSchemes || scheme === undefined ? schemes : [scheme],
      weak: good(trust.shape.weak, input, 'trust', 'weak'),
      allowUnsigned: good(trust.shape.allowUnsigned, input, 'trust', 'allowUnsigned'),
      unsignedFrom: good(trust.shape.unsignedFrom, input, 'trust', 'unsignedFrom') ?? null,
    },
    dkim: at(input, 'dkim') == null ? null : { key: good(dkim.shape.key, input, 'dkim', 'key') },
  }
}

/** The keys that we sign with, however they are written; undefined where there is none or it is said twice. */
const ownKeysOf = ({ key, passphraseEnv, keys }: Omit<z.output<typeof signing>, 'scheme'>): OwnKey[] | undefined => {
  if (key === undefined) return keys
  return [{ file: key, passphraseEnv: passphraseEnv ?? null, notBefore: null, notAfter: null }]
}

const without = (input: unknown, name: string): unknown =>
  typeof input === 'object' && input !== null
    ? Object.fromEntries(Object.entries(input).filter(([key]) => key !== name))
    : input
