import { z } from 'zod'
import { BELOW_REGISTRABLE, DNS_PREPARATIONS, SCHEMES, SENDER_CHECKS, WEAKNESSES } from '../core/connection.js'
import { parseDuration } from '../core/duration.js'
import { parseAddress } from '../core/ip-address.js'
import { TRANSFER_AWAY } from '../core/transfer-away.js'

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** `90s`, `15m`, `1h`, `5d`: at least one second. Milliseconds. */
const duration = z.string().transform((text, context) => {
  const value = parseDuration(text)
  if (value !== null) return value
  context.addIssue({
    code: 'custom',
    message: `is no duration: give a whole number and s, m, h or d, at least 1s, such as 5d`,
  })
  return z.NEVER
})

/** An address that goes into envelopes and headers: plain ASCII, no display name, no quotes, no comments (RFC 5321, 4.1.2). */
export const address = z
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

const ONE_LINE = /^[^\p{Cc}\p{Cs}\u2028\u2029]*$/u
const NOT_ONE_LINE = 'has line breaks, control characters or broken Unicode'

/** From the root of the scripts; whether the script is there is for `src/lookup` to say. */
const script = z
  .string()
  .max(255)
  .regex(ONE_LINE, NOT_ONE_LINE)
  .refine(
    (text) => text.startsWith('/'),
    'must begin with a slash: it is taken from SEALPOST_SCRIPTS, such as /check.sh',
  )
  .refine(
    (text) => !text.split('/').includes('..'),
    'leads out of SEALPOST_SCRIPTS; give a path within it, such as /check.sh',
  )

/** Served to whoever reads the connection: beside the templates, and never where keys are. */
const agreementFile = z
  .string()
  .regex(
    /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/,
    'is no file name: give the name of a file in SEALPOST_TEMPLATES, without a folder',
  )

const agreement = z
  .strictObject({
    text: z
      .string()
      .min(1)
      .max(200_000)
      .regex(/^(?:[\t\n\r]|[^\p{Cc}\p{Cs}])*$/u, 'has control characters or broken Unicode')
      .nullish(),
    file: agreementFile.nullish(),
  })
  .refine(({ text, file }) => text != null || file != null, 'is empty: give text, or the name of a file, or both')

/** Shown as it is: lines and blanks count. */
const checklistText = z
  .string()
  .trim()
  .min(1, 'is empty: leave it out, or say what whoever moves a domain has to see to')
  .max(10_000)
  .regex(/^(?:[\t\n\r]|[^\p{Cc}\p{Cs}])*$/u, 'has control characters or broken Unicode')

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

/** One of this host's own; whether it has it shows when it is used. */
const localAddress = z
  .string()
  .max(45)
  .transform((text, context) => {
    const parsed = parseAddress(text)
    if (parsed.ok && !/^(?:0\.0\.0\.0|::)$/.test(parsed.value.address)) return parsed.value.address
    context.addIssue({ code: 'custom', message: 'is no address to come from: give an IP address of this host' })
    return z.NEVER
  })

export const registry = z.strictObject({ to: address, from: address, replyTo: address, test: address.nullish() })

export const relay = z.strictObject({
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
  localAddress: localAddress.nullish(),
})

/** How it is spoken to the registry's own mail servers, where there is no relay. */
export const mx = z.strictObject({
  tls: z
    .union([z.literal(false), z.enum(['opportunistic', 'starttls'])], 'must be opportunistic, starttls or false')
    .default('opportunistic'),
  ca: fileName.nullish(),
  localAddress: localAddress.nullish(),
})

const domainName = z
  .string()
  .toLowerCase()
  .regex(
    /^(?!.{254})(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
    'is no domain: give it as A-labels, such as hoster.example',
  )

export const dkim = z.strictObject({
  domain: domainName,
  selector: z
    .string()
    .regex(
      /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/,
      'is no DKIM selector: give the label before ._domainkey, such as s2026',
    )
    .max(100),
  key: fileName,
})

/** One key, as most have; or several with their times, while one follows another. */
export const signing = z.strictObject({
  scheme: z.enum(SCHEMES),
  key: fileName.optional(),
  passphraseEnv: envName.nullish(),
  keys: z.array(ownKey).min(1).max(5).optional(),
})

export const trust = z.strictObject({
  /** That there have to be some, the profile says (`flows/check-connection.ts`). */
  keys: z.array(pin).max(20).optional(),
  schemes: z.array(z.enum(SCHEMES)).min(1).optional(),
  maxAge: duration.default(7 * DAY),
  allowUnsigned: z.boolean().default(false),
  unsignedFrom: z.array(address).min(1).max(10).nullish(),
  weak: z.array(z.enum(WEAKNESSES)).default([]),
  senderChecks: z.enum(SENDER_CHECKS).default('off'),
})

export const defaults = z.strictObject({
  nameservers: z.array(nameserver).max(20).default([]),
  contacts: contacts.default({}),
})

/** What every connection has, however its requests travel. */
export const commonFile = z.strictObject({
  title: z.string().trim().min(1).max(100).regex(ONE_LINE, NOT_ONE_LINE),
  profile: z.string().min(1).max(50),
  tlds: z.array(tld).max(500).default([]),
  mode: z.enum(['live', 'test']),
  checkEvery: duration.default(HOUR),
  reconcile: z.boolean().default(false),
  rate: z.strictObject({ perDay: z.number().int().min(1) }).nullish(),
  replyTimeout: duration.default(5 * DAY),
  account: z.record(z.string(), z.unknown()).default({}),
  defaults: defaults.default({ nameservers: [], contacts: {} }),
  agreement: agreement.nullish(),
  expiry: z
    .strictObject({ warnDays: z.number().int().min(1).nullish(), renewDays: z.number().int().min(1).nullish() })
    .nullish(),
  lookup: script.nullish(),
  watch: z.strictObject({ delegation: z.boolean().nullish() }).nullish(),
  support: z.strictObject({ name: line.nullish(), email: address.nullish() }).nullish(),
  transferChecklist: checklistText.nullish(),
  setup: z.boolean().default(false),
  dnsPrepare: z.enum(DNS_PREPARATIONS, 'must be off or required').default('off'),
  transferAway: z.enum(TRANSFER_AWAY).default('ask'),
  belowRegistrable: z.enum(BELOW_REGISTRABLE, 'must be refuse or people').default('refuse'),
})

/** The form of a connection that sends mails, every default filled in. What only several fields together show is in `checks.ts`. */
export const mailFile = commonFile.extend({
  registry,
  relay: relay.nullish(),
  mx: mx.nullish(),
  dkim: dkim.nullish(),
  signing,
  trust,
})
