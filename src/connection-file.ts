import { z } from 'zod'
import type { Connection } from './core/connection.js'
import { SCHEMES } from './core/connection.js'
import { type Checked, ok, wrong } from './core/errors.js'
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

const tld = z
  .string()
  .toLowerCase()
  .regex(
    /^[a-z0-9-]+(\.[a-z0-9-]+)*$/,
    'is no TLD: give it without a leading dot and as an A-label, such as de or co.uk',
  )

const date = z.union([z.iso.date(), z.iso.datetime({ offset: true })]).transform((text) => new Date(text))

const pin = z.union(
  [
    fileName.transform((file) => ({ file, notBefore: null, notAfter: null })),
    z
      .strictObject({ file: fileName, notBefore: date.nullish(), notAfter: date.nullish() })
      .transform(({ file, notBefore, notAfter }) => ({
        file,
        notBefore: notBefore ?? null,
        notAfter: notAfter ?? null,
      })),
  ],
  'is no key: give a file name, or { file, notBefore, notAfter }',
)

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
  user: z.string().max(255).nullish(),
  passwordEnv: envName.nullish(),
  ca: fileName.nullish(),
})

const nameserver = z.union(
  [
    z.string().transform((host) => ({ host, addresses: [] })),
    z.strictObject({ host: z.string(), addresses: z.array(z.string()).max(8).default([]) }),
  ],
  'is no name server: give a host name, or { host, addresses }',
)

const connectionFile = z.strictObject({
  title: z.string().trim().min(1).max(100),
  profile: z.string().min(1).max(50),
  tlds: z.array(tld).max(500).default([]),
  mode: z.enum(['live', 'test']),
  registry: z.strictObject({ to: address, from: address, replyTo: address, test: address.nullish() }),
  relay,
  signing: z.strictObject({ scheme: z.enum(SCHEMES), key: fileName, passphraseEnv: envName.nullish() }),
  trust: z.strictObject({
    keys: z.array(pin).min(1, 'is empty: name at least one key file of the registry').max(20),
    schemes: z.array(z.enum(SCHEMES)).min(1).optional(),
    maxAge: duration.default(7 * UNITS.d),
    allowUnsigned: z.boolean().default(false),
  }),
  checkEvery: duration.default(UNITS.h),
  reconcile: z.boolean().default(false),
  rate: z.strictObject({ perDay: z.number().int().min(1) }).nullish(),
  replyTimeout: duration.default(5 * UNITS.d),
  account: z.record(z.string(), z.unknown()).default({}),
  defaults: z
    .strictObject({
      nameservers: z.array(nameserver).max(20).default([]),
      contacts: z.record(z.string(), z.unknown()).default({}),
    })
    .default({ nameservers: [], contacts: {} }),
  agreement: z.strictObject({ text: z.string().nullish(), file: z.string().nullish() }).nullish(),
  expiry: z
    .strictObject({ warnDays: z.number().int().min(1).nullish(), renewDays: z.number().int().min(1).nullish() })
    .nullish(),
  lookup: z.string().nullish(),
  support: z.strictObject({ name: z.string().nullish(), email: z.string().nullish() }).nullish(),
})

/**
 * A connection as an operator writes it (YAML or JSON, already read), with every default filled in, or every mistake in
 * it at once. Whether its keys, profile and TLDs exist is for `flows/manage-connections.ts` to say.
 */
export const parseConnection = (input: unknown): Checked<Omit<Connection, 'id' | 'createdAt' | 'paused'>> => {
  const parsed = connectionFile.safeParse(input)
  if (!parsed.success) return wrong(...problemsOfIssues(parsed.error.issues))
  const file = parsed.data
  const problems = [...unbuilt(file), ...crossChecks(file)]
  if (problems.length > 0) return wrong(...problems)
  return ok({
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
    signing: { ...file.signing, passphraseEnv: file.signing.passphraseEnv ?? null },
    trust: { ...file.trust, schemes: file.trust.schemes ?? [file.signing.scheme] },
    rate: file.rate ?? null,
    agreement: file.agreement == null ? null : { text: file.agreement.text ?? null, file: file.agreement.file ?? null },
    expiry:
      file.expiry == null ? null : { warnDays: file.expiry.warnDays ?? null, renewDays: file.expiry.renewDays ?? null },
    lookup: file.lookup ?? null,
    support: file.support == null ? null : { name: file.support.name ?? null, email: file.support.email ?? null },
  })
}

type File = z.output<typeof connectionFile>

const crossChecks = (file: File) => {
  const problems = []
  if (file.mode === 'test' && file.registry.test == null)
    problems.push({
      pointer: '/registry/test',
      detail: 'is missing: in test mode requests go to this address, never to registry.to',
    })
  if (file.mode === 'test' && file.registry.test?.toLowerCase() === file.registry.to.toLowerCase())
    problems.push({ pointer: '/registry/test', detail: 'is the live address; give the address of the test robot' })
  if (file.relay.user != null && file.relay.passwordEnv == null)
    problems.push({
      pointer: '/relay/passwordEnv',
      detail: 'is missing: name the environment variable with the password of relay.user',
    })
  if (file.relay.user != null && file.relay.tls === false && !LOOPBACK.test(file.relay.host))
    problems.push({
      pointer: '/relay/tls',
      detail: 'is off, so the password would travel in clear; set starttls or implicit',
    })
  return problems
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/

/** What the settings' language knows and this version cannot do yet: refused by name, never ignored. */
const unbuilt = (file: File) => {
  const problems = []
  if (file.signing.scheme === 'smime')
    problems.push({ pointer: '/signing/scheme', detail: 'smime is not built yet; use openpgp-clear or openpgp-mime' })
  if (file.trust.schemes?.includes('smime'))
    problems.push({ pointer: '/trust/schemes', detail: 'smime is not built yet; use openpgp-clear or openpgp-mime' })
  if (file.trust.allowUnsigned)
    problems.push({ pointer: '/trust/allowUnsigned', detail: 'is not built yet: replies have to be signed' })
  if (file.reconcile) problems.push({ pointer: '/reconcile', detail: 'is not built yet; leave it out' })
  if (file.rate != null) problems.push({ pointer: '/rate', detail: 'is not built yet; leave it out' })
  if (file.agreement != null) problems.push({ pointer: '/agreement', detail: 'is not built yet; leave it out' })
  if (file.lookup != null) problems.push({ pointer: '/lookup', detail: 'is not built yet; leave it out' })
  return problems
}
