import type { z } from 'zod'
import type { Connection, OwnKey, Relay } from '../core/connection.js'
import type { Problem } from '../core/errors.js'
import { problemsOfIssues } from '../core/zod-issues.js'
import { crossChecks, unbuilt } from './checks.js'
import { at, good } from './field.js'
import { connectionFile, defaults, dkim, registry, type relay, signing, trust } from './form.js'

/** A connection before it has an id. */
export type ConnectionDraft = Omit<Connection, 'id' | 'createdAt' | 'paused'>

/**
 * What keys, profiles and other connections are compared with; undefined where the file has no such field that is good.
 * A whole draft is one too.
 */
export type ConnectionParts = {
  [Field in 'title' | 'profile' | 'tlds' | 'account' | 'lookup' | 'agreement']: ConnectionDraft[Field] | undefined
} & {
  registry: { replyTo: string | undefined }
  signing: { [Field in 'scheme' | 'keys']: ConnectionDraft['signing'][Field] | undefined }
  trust: { [Field in 'keys' | 'schemes' | 'weak']: ConnectionDraft['trust'][Field] | undefined }
  /** Null where the connection has none; `key` is undefined where what it says is no file name. */
  dkim: { key: string | undefined } | null
  defaults: { nameservers: ConnectionDraft['defaults']['nameservers'] | undefined }
}

export type ParsedConnection =
  | { ok: true; value: ConnectionDraft }
  /** `problems` are all those of the form; `parts` is for the other checks, so that their problems are told with them. */
  | { ok: false; problems: Problem[]; parts: ConnectionParts }

/**
 * A connection as an operator writes it (YAML or JSON, already read), with every default filled in, or every mistake in
 * its form at once, and the parts that are good. Whether its keys, profile and TLDs exist is for
 * `flows/manage-connections.ts` to say.
 */
export const parseConnection = (input: unknown): ParsedConnection => {
  const parsed = connectionFile.safeParse(input)
  const issues = parsed.success ? [] : problemsOfIssues(parsed.error.issues)
  const problems = [...issues, ...unbuilt(input), ...crossChecks(input)]
  return parsed.success && problems.length === 0
    ? { ok: true, value: draftOf(parsed.data) }
    : { ok: false, problems, parts: partsOf(input) }
}

const draftOf = (file: z.output<typeof connectionFile>): ConnectionDraft => ({
  ...file,
  tlds: [...new Set(file.tlds)],
  registry: { ...file.registry, test: file.registry.test ?? null },
  relay: file.relay == null ? null : relayOf(file.relay),
  mx: file.mx == null ? null : { tls: tlsOf(file.mx.tls), ca: file.mx.ca ?? null },
  dkim: file.dkim ?? null,
  signing: { scheme: file.signing.scheme, keys: ownKeysOf(file.signing) ?? [] },
  trust: { ...file.trust, schemes: file.trust.schemes ?? [file.signing.scheme] },
  rate: file.rate ?? null,
  agreement: agreementOf(file.agreement),
  expiry:
    file.expiry == null ? null : { warnDays: file.expiry.warnDays ?? null, renewDays: file.expiry.renewDays ?? null },
  lookup: file.lookup ?? null,
  support: file.support == null ? null : { name: file.support.name ?? null, email: file.support.email ?? null },
})

const agreementOf = (given: z.output<typeof connectionFile>['agreement']): ConnectionDraft['agreement'] =>
  given == null ? null : { text: given.text ?? null, file: given.file ?? null }

const relayOf = ({ host, port, tls, user, passwordEnv, ca }: z.output<typeof relay>): Relay => ({
  ...{ host, port, tls: tlsOf(tls) },
  ...{ user: user ?? null, passwordEnv: passwordEnv ?? null, ca: ca ?? null },
})

const tlsOf = <Word extends string>(tls: Word | false): Word | 'none' => (tls === false ? 'none' : tls)

const partsOf = (input: unknown): ConnectionParts => {
  const { title, profile, tlds, account, lookup, agreement } = connectionFile.shape
  const ownKeys = good(signing.omit({ scheme: true }), without(at(input, 'signing'), 'scheme'))
  const scheme = good(signing.shape.scheme, input, 'signing', 'scheme')
  const schemes = good(trust.shape.schemes, input, 'trust', 'schemes')
  const saysSchemes = at(input, 'trust', 'schemes') !== undefined
  return {
    title: good(title, input, 'title'),
    profile: good(profile, input, 'profile'),
    tlds: good(tlds, input, 'tlds'),
    account: good(account, input, 'account'),
    lookup: good(lookup, input, 'lookup'),
    agreement: agreementOf(good(agreement, input, 'agreement')),
    registry: { replyTo: good(registry.shape.replyTo, input, 'registry', 'replyTo') },
    signing: { scheme, keys: ownKeys === undefined ? undefined : ownKeysOf(ownKeys) },
    trust: {
      keys: good(trust.shape.keys, input, 'trust', 'keys'),
      schemes: saysSchemes || scheme === undefined ? schemes : [scheme],
      weak: good(trust.shape.weak, input, 'trust', 'weak'),
    },
    dkim: at(input, 'dkim') == null ? null : { key: good(dkim.shape.key, input, 'dkim', 'key') },
    defaults: { nameservers: good(defaults.shape.nameservers, input, 'defaults', 'nameservers') },
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
