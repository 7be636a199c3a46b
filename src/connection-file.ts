import { z } from 'zod'
import { type Connection, type OwnKey, SCHEMES, SENDER_CHECKS, WEAKNESSES } from './core/connection.js'
import type { Problem } from './core/errors.js'
import { problemsOfIssues } from './core/zod-issues.js'

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** `90s`, `15m`, `1h`, `5d`: at least one second. Milliseconds. */
const duration = z.string().transform((text, context) => {
  const match = /^(\d{1,6})([smhd])$/.exec(text)
  const value = match === null ? 0 : Number(match[1]) * UNITS[match[2] as keyof typeof UNITS]
  if (value >= 1_000) return value
  context.addIssue({
    code: 'custom',
    message: `is no duration: give a whole number and s, m, h or d, at least 1s, such as 5d`,
  })
  return z.NEVER
})

/** An address that goes into envelopes and headers: plain ASCII, no display name, no quotes, no comments (RFC 5321, 4.1.2). */
const address = z
  .string()
  .max(75, 'is longer than 75 characters, which leaves no room for it on a header line of 76')
  .regex(
    /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63}$/,
    'is no plain mail address: give one such as robot@registry.example, without a name or quotes',
  )

const fileName = z
  .string()
  .regex(
    /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/,
    'is no file name: give the name of a file in SEALPOST_KEYS, without a folder',
  )

const envName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is no name of an environment variable')

/** A-labels alone (RFC 5890, 2.3.1): letters, digits and hyphens, no hyphen at either end. */
const tld = z
  .string()
  .toLowerCase()
  .regex(
    /^(?!.{254})[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/,
    'is no TLD: give it without a leading dot and as an A-label, such as de or co.uk',
  )

const date = z
  .union(
    [z.iso.date(), z.iso.datetime({ offset: true })],
    'is no date: give one such as 2026-01-31, or a time such as 2026-01-31T10:00:00Z',
  )
  .transform((text) => new Date(text))

const windowed = { file: fileName, notBefore: date.nullish(), notAfter: date.nullish() }

const isWindow = ({
  notBefore,
  notAfter,
}: {
  notBefore?: Date | null | undefined
  notAfter?: Date | null | undefined
}) => notBefore == null || notAfter == null || notBefore < notAfter

const pin = z.union(
  [
    fileName.transform((file) => ({ file, notBefore: null, notAfter: null, names: null })),
    z
      .strictObject({ ...windowed, names: z.array(address).min(1).max(10).nullish() })
      .refine(isWindow, 'ends before it begins: notAfter has to be later than notBefore')
      .transform(({ file, notBefore, notAfter, names }) => ({
        file,
        notBefore: notBefore ?? null,
        notAfter: notAfter ?? null,
        names: names ?? null,
      })),
  ],
  'is no key: give a file name, or { file, notBefore, notAfter, names }',
)

const ownKey = z
  .strictObject({ ...windowed, passphraseEnv: envName.nullish() })
  .refine(isWindow, 'ends before it begins: notAfter has to be later than notBefore')
  .transform(({ file, notBefore, notAfter, passphraseEnv }) => ({
    file,
    passphraseEnv: passphraseEnv ?? null,
    notBefore: notBefore ?? null,
    notAfter: notAfter ?? null,
  }))

const nameserver = z.union(
  [
    z.string().transform((host) => ({ host, addresses: [] })),
    z.strictObject({ host: z.string(), addresses: z.array(z.string()).max(8).default([]) }),
  ],
  'is no name server: give a host name, or { host, addresses }',
)

const ONE_LINE = /^[^\p{Cc}\p{Cs}\u2028\u2029]*$/u
const NOT_ONE_LINE = 'has line breaks, control characters or broken Unicode'

const line = z.string().min(1).max(255).regex(ONE_LINE, NOT_ONE_LINE)

const contact = z
  .strictObject({
    ...{ handle: line, name: line, organization: line, street: z.array(line).min(1).max(3), city: line },
    ...{ province: line, postalCode: line, country: line, phone: line, email: line },
    type: z.enum(['person', 'organization', 'role']),
  })
  .partial()
  .refine((value) => Object.keys(value).length > 0, 'is empty; give a handle, or the fields of a contact')

const contactsOfRole = z
  .union(
    [contact, z.array(contact).min(1).max(10)],
    'is no contact: give one such as { handle: ... }, or a list of them',
  )
  .optional()

const contacts = z.strictObject({
  ...{ holder: contactsOfRole, admin: contactsOfRole, tech: contactsOfRole, zone: contactsOfRole },
  ...{ billing: contactsOfRole, 'general-request': contactsOfRole, abuse: contactsOfRole },
})

const registry = z.strictObject({ to: address, from: address, replyTo: address, test: address.nullish() })

const relay = z.strictObject({
  host: z
    .string()
    .min(1)
    .max(253)
    .regex(/^[A-Za-z0-9.:-]+$/, 'is no host name or address'),
  port: z.number().int().min(1).max(65_535),
  tls: z
    .union([z.literal(false), z.enum(['starttls', 'implicit'])], 'must be false, starttls or implicit')
    .default(false),
  user: line.nullish(),
  passwordEnv: envName.nullish(),
  ca: fileName.nullish(),
})

/** One key, as most have; or several with their times, while one follows another. */
const signing = z.strictObject({
  scheme: z.enum(SCHEMES),
  key: fileName.optional(),
  passphraseEnv: envName.nullish(),
  keys: z.array(ownKey).min(1).max(5).optional(),
})

const trust = z.strictObject({
  keys: z.array(pin).min(1, 'is empty: name at least one key file of the registry').max(20),
  schemes: z.array(z.enum(SCHEMES)).min(1).optional(),
  maxAge: duration.default(7 * UNITS.d),
  allowUnsigned: z.boolean().default(false),
  weak: z.array(z.enum(WEAKNESSES)).default([]),
  senderChecks: z.enum(SENDER_CHECKS).default('off'),
})

const defaults = z.strictObject({
  nameservers: z.array(nameserver).max(20).default([]),
  contacts: contacts.default({}),
})

const connectionFile = z.strictObject({
  title: z.string().trim().min(1).max(100).regex(ONE_LINE, NOT_ONE_LINE),
  profile: z.string().min(1).max(50),
  tlds: z.array(tld).max(500).default([]),
  mode: z.enum(['live', 'test']),
  registry,
  relay,
  signing,
  trust,
  checkEvery: duration.default(UNITS.h),
  reconcile: z.boolean().default(false),
  rate: z.strictObject({ perDay: z.number().int().min(1) }).nullish(),
  replyTimeout: duration.default(5 * UNITS.d),
  account: z.record(z.string(), z.unknown()).default({}),
  defaults: defaults.default({ nameservers: [], contacts: {} }),
  agreement: z.strictObject({ text: z.string().nullish(), file: z.string().nullish() }).nullish(),
  expiry: z
    .strictObject({ warnDays: z.number().int().min(1).nullish(), renewDays: z.number().int().min(1).nullish() })
    .nullish(),
  lookup: z.string().nullish(),
  support: z.strictObject({ name: line.nullish(), email: address.nullish() }).nullish(),
})

/** A connection before it has an id. */
export type ConnectionDraft = Omit<Connection, 'id' | 'createdAt' | 'paused'>

/**
 * What keys, profiles and other connections are compared with; undefined where the file has no such field that is good.
 * A whole draft is one too.
 */
export type ConnectionParts = {
  [Field in 'title' | 'profile' | 'tlds' | 'account']: ConnectionDraft[Field] | undefined
} & {
  registry: { replyTo: string | undefined }
  signing: { [Field in 'scheme' | 'keys']: ConnectionDraft['signing'][Field] | undefined }
  trust: { [Field in 'keys' | 'schemes' | 'weak']: ConnectionDraft['trust'][Field] | undefined }
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
  relay: {
    host: file.relay.host,
    port: file.relay.port,
    tls: file.relay.tls === false ? 'none' : file.relay.tls,
    user: file.relay.user ?? null,
    passwordEnv: file.relay.passwordEnv ?? null,
    ca: file.relay.ca ?? null,
  },
  signing: { scheme: file.signing.scheme, keys: ownKeysOf(file.signing) ?? [] },
  trust: { ...file.trust, schemes: file.trust.schemes ?? [file.signing.scheme] },
  rate: file.rate ?? null,
  agreement: file.agreement == null ? null : { text: file.agreement.text ?? null, file: file.agreement.file ?? null },
  expiry:
    file.expiry == null ? null : { warnDays: file.expiry.warnDays ?? null, renewDays: file.expiry.renewDays ?? null },
  lookup: file.lookup ?? null,
  support: file.support == null ? null : { name: file.support.name ?? null, email: file.support.email ?? null },
})

const partsOf = (input: unknown): ConnectionParts => {
  const { title, profile, tlds, account } = connectionFile.shape
  const ownKeys = good(signing.omit({ scheme: true }), without(at(input, 'signing'), 'scheme'))
  const scheme = good(signing.shape.scheme, input, 'signing', 'scheme')
  const schemes = good(trust.shape.schemes, input, 'trust', 'schemes')
  const saysSchemes = at(input, 'trust', 'schemes') !== undefined
  return {
    title: good(title, input, 'title'),
    profile: good(profile, input, 'profile'),
    tlds: good(tlds, input, 'tlds'),
    account: good(account, input, 'account'),
    registry: { replyTo: good(registry.shape.replyTo, input, 'registry', 'replyTo') },
    signing: { scheme, keys: ownKeys === undefined ? undefined : ownKeysOf(ownKeys) },
    trust: {
      keys: good(trust.shape.keys, input, 'trust', 'keys'),
      schemes: saysSchemes || scheme === undefined ? schemes : [scheme],
      weak: good(trust.shape.weak, input, 'trust', 'weak'),
    },
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

/** What a schema makes of one field; undefined where it does not fit. */
const good = <Schema extends z.ZodType>(schema: Schema, input: unknown, ...path: string[]) => {
  const parsed = schema.safeParse(at(input, ...path))
  return parsed.success ? parsed.data : undefined
}

const at = (input: unknown, ...[name, ...rest]: string[]): unknown => {
  if (name === undefined) return input
  const inner =
    typeof input === 'object' && input !== null ? Object.getOwnPropertyDescriptor(input, name)?.value : undefined
  return at(inner, ...rest)
}

/** Mistakes that only two fields together show. Fields that are wrong by themselves count as absent here. */
const crossChecks = (input: unknown): Problem[] => {
  const mode = good(connectionFile.shape.mode, input, 'mode')
  const [to, test] = [good(address, input, 'registry', 'to'), at(input, 'registry', 'test')]
  const [user, passwordEnv] = [at(input, 'relay', 'user'), at(input, 'relay', 'passwordEnv')]
  const [host, tls] = [good(relay.shape.host, input, 'relay', 'host'), good(relay.shape.tls, input, 'relay', 'tls')]
  const [key, keys, passphraseEnv] = ['key', 'keys', 'passphraseEnv'].map((name) => at(input, 'signing', name))
  const problems: Problem[] = []
  if (at(input, 'signing') != null && (key === undefined) === (keys === undefined))
    problems.push({
      pointer: '/signing/key',
      detail:
        key === undefined
          ? 'is missing: name the file of the private key that signs the requests'
          : 'is beside signing.keys: give the one key, or the list of keys with their times',
    })
  if (keys !== undefined && passphraseEnv != null)
    problems.push({ pointer: '/signing/passphraseEnv', detail: 'belongs to each of signing.keys' })
  if (mode === 'test' && test == null)
    problems.push({
      pointer: '/registry/test',
      detail: 'is missing: in test mode requests go to this address, never to registry.to',
    })
  if (mode === 'test' && typeof test === 'string' && test.toLowerCase() === to?.toLowerCase())
    problems.push({ pointer: '/registry/test', detail: 'is the live address; give the address of the test robot' })
  if (user != null && passwordEnv == null)
    problems.push({
      pointer: '/relay/passwordEnv',
      detail: 'is missing: name the environment variable with the password of relay.user',
    })
  if (user != null && tls === false && host !== undefined && !LOOPBACK.test(host))
    problems.push({
      pointer: '/relay/tls',
      detail: 'is off, so the password would travel in clear; set starttls or implicit',
    })
  return problems
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/

/**
 * What the settings' language knows and this version cannot do: refused by name, because to ignore it would change what
 * is sent or believed. Only `checkEvery`, `expiry` and `support` are taken and kept for later versions: nothing reads
 * them yet, and nothing goes wrong without them.
 */
const unbuilt = (input: unknown): Problem[] => {
  const leftOut = ['agreement', 'lookup'].filter((name) => at(input, name) != null)
  const problems: Problem[] = []
  if (at(input, 'trust', 'allowUnsigned') === true)
    problems.push({ pointer: '/trust/allowUnsigned', detail: 'is not built yet: replies have to be signed' })
  if (at(input, 'reconcile') === true) leftOut.push('reconcile')
  return [...problems, ...leftOut.map((name) => ({ pointer: `/${name}`, detail: 'is not built yet; leave it out' }))]
}
