import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import * as path from 'node:path'
import { ADMIN_TOPICS, type AdminTopic, DEFAULT_TOPICS } from './core/admin-topics.js'
import { parseDuration } from './core/duration.js'
import { type Checked, messageOf, ok, type Problem, wrong } from './core/errors.js'
import { parseAddress } from './core/ip-address.js'
import type { IssuerPolicy } from './core/issuer-claims.js'
import { specialUseOf } from './core/network.js'
import { type NoticeRelay, readMailAddress, readMailAddresses, readNoticeRelay } from './core/notice-relay.js'
import { TWO_PERSON_KINDS, type TwoPersonKind } from './core/two-persons.js'
import type { PrivateWebhooks } from './core/webhook-url.js'

export type HostPort = { host: string; port: number }

/** Everything that the environment decides; frozen when the process starts. */
export type Settings = {
  databaseUrl: string | null
  redisUrl: string | null
  dataDir: string
  keysDir: string
  templatesDir: string
  /** Root of lookup scripts; null where there is none. */
  scriptsDir: string | null
  /** Where accounts leave order forms, and how often these are taken at least, in milliseconds; null where nobody may. */
  forms: { folder: string; every: number } | null
  /** Where requests for people lie as files too; null: they are tickets alone. */
  requests: string | null
  /** Where a simulator is controlled, on loopback; null where there is none. */
  simulator: string | null
  http: HostPort
  /** Whether somebody chose that address. */
  httpChosen: boolean
  smtp: HostPort
  smtpTls: { cert: Buffer; key: Buffer } | null
  mxHostname: string
  smtpPerAddress: number
  publicUrl: string | null
  /** Addresses of proxies whose `X-Forwarded-For` is believed. */
  trustedProxies: string[]
  /** IANA time zone of digests and pages. */
  timezone: string
  /** Times of day of digests, `HH:MM`, in order. */
  digests: string[]
  /** Where mails to people go, and from whom; null: nothing is mailed to anybody. */
  notify: NotifySettings | null
  /** What of it administrators are mailed. */
  notifyAdmin: AdminTopic[]
  /** Time of day of the mail to ourselves, `HH:MM`; null for none. */
  selfTest: string | null
  /** Calls of the API that one billing token may make in a minute. */
  apiPerMinute: number
  /** Roles of the console that need a second factor. */
  secondFactor: Role[]
  /** Who signs users of the console in beside their passwords; null: nobody. */
  oidc: OidcSettings | null
  /** What needs two persons (core/two-persons.ts). */
  twoPersons: TwoPersonKind[]
  /** Admin token for first use and for tests. */
  token: string | null
  webhookPrivate: PrivateWebhooks
  /** How old the octets of mails become in the database, in milliseconds; null: they stay. */
  retention: number | null
  /** Age from which on personal data of orders that are over is erased; null: never by itself. Milliseconds. */
  eraseAfter: number | null
  logLevel: LogLevel
}

export type NotifySettings = { relay: NoticeRelay; from: string; admins: string[] }

/** An issuer of OpenID Connect, how it knows us, and what its word is worth. */
export type OidcSettings = IssuerPolicy & { issuer: string; clientId: string; clientSecret: string; scope: string }

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Of users of the console. */
const ROLES = ['viewer', 'operator', 'admin'] as const
type Role = (typeof ROLES)[number]

export type Env = Readonly<Record<string, string | undefined>>

/** What most issuers put the address and the name of a person under (OpenID Connect Core 1.0, 5.4). */
const DEFAULT_SCOPE = 'openid profile email'

/** Every variable that this version reads: what `sealpost config check` prints. `secret` ones may come as `NAME_FILE`. */
export const VARIABLES: readonly { name: string; fallback: string; meaning: string; secret?: true }[] = [
  {
    name: 'DATABASE_URL',
    fallback: 'the embedded database under SEALPOST_DATA',
    meaning: 'postgresql://... for production',
    secret: true,
  },
  {
    name: 'REDIS_URL',
    fallback: 'none: the queue is within the process',
    meaning: 'redis://... or rediss://..., for several processes on one PostgreSQL',
    secret: true,
  },
  {
    name: 'SEALPOST_DATA',
    fallback: './data',
    meaning: 'embedded database, its copies, archived mails, and the local socket of the commands',
  },
  { name: 'SEALPOST_KEYS', fallback: './keys', meaning: "private keys (mode 0600) and registries' public keys" },
  {
    name: 'SEALPOST_TEMPLATES',
    fallback: './templates',
    meaning: "operators' templates; they win over the built-in ones",
  },
  {
    name: 'SEALPOST_SCRIPTS',
    fallback: 'none: no connection may have a lookup script',
    meaning: 'root of the lookup scripts of connections; they run without a shell and with no environment',
  },
  {
    name: 'SEALPOST_FORMS',
    fallback: 'none: nobody orders by forms',
    meaning: 'folder where accounts leave order forms (docs/order-forms.md), for processes with the role worker',
  },
  {
    name: 'SEALPOST_FORMS_EVERY',
    fallback: '240s',
    meaning: 'how often that folder is looked at, from 1s to 300s; touching dom-order.upd in it does that at once',
  },
  {
    name: 'SEALPOST_REQUESTS',
    fallback: 'none: requests for people are tickets alone',
    meaning:
      'folder where requests for people lie as files too, by account (docs/tickets.md), for processes with the role worker',
  },
  {
    name: 'SEALPOST_SIMULATOR',
    fallback: 'none',
    meaning:
      'address of the control of `sealpost simulate --control`, on loopback: the console can make that registry misbehave',
  },
  {
    name: 'SEALPOST_HTTP',
    fallback: '127.0.0.1:8080',
    meaning: 'address and port of the API and the console; with other roles, where set, of the health checks',
  },
  { name: 'SEALPOST_SMTP', fallback: '127.0.0.1:2525', meaning: 'address and port of the inbound MX' },
  {
    name: 'SEALPOST_SMTP_TLS_CERT',
    fallback: 'none: no STARTTLS',
    meaning: 'file with the certificate chain (PEM) for STARTTLS',
  },
  { name: 'SEALPOST_SMTP_TLS_KEY', fallback: 'none', meaning: 'file with the private key (PEM) of that certificate' },
  { name: 'SEALPOST_MX_HOSTNAME', fallback: 'the host name', meaning: 'name in the SMTP greeting and in EHLO' },
  {
    name: 'SEALPOST_SMTP_PER_ADDRESS',
    fallback: '50',
    meaning: 'simultaneous SMTP clients of one address; loopback is not limited',
  },
  {
    name: 'SEALPOST_PUBLIC_URL',
    fallback: 'none',
    meaning: 'how browsers reach the console, such as https://sealpost.example.net',
  },
  {
    name: 'SEALPOST_TRUSTED_PROXIES',
    fallback: 'none',
    meaning: 'addresses of proxies whose X-Forwarded-For is believed, divided by commas',
  },
  { name: 'SEALPOST_TIMEZONE', fallback: 'UTC', meaning: 'time zone of digests and pages, such as Europe/Berlin' },
  {
    name: 'SEALPOST_DIGESTS',
    fallback: '06:00,12:00,16:00,21:00',
    meaning: 'times of day, in SEALPOST_TIMEZONE, of a digest of open orders; none for no digests',
  },
  {
    name: 'SEALPOST_SELF_TEST',
    fallback: '05:30',
    meaning:
      'time of day, in SEALPOST_TIMEZONE, of a mail from a live connection to ourselves, to see that replies come in; none for no such mail',
  },
  {
    name: 'SEALPOST_NOTIFY_RELAY',
    fallback: 'none: what people are to be told is recorded and shown, and nothing is mailed',
    meaning:
      'relay of the mails to people, apart from those of connections: smtp://user:password@host:587 or smtps://host:465',
    secret: true,
  },
  {
    name: 'SEALPOST_NOTIFY_FROM',
    fallback: 'none',
    meaning: 'the address that mails to people come from; it goes with SEALPOST_NOTIFY_RELAY',
  },
  {
    name: 'SEALPOST_ADMIN_MAIL',
    fallback: 'none',
    meaning: 'addresses that get digests, tickets and alarms, divided by commas; it goes with SEALPOST_NOTIFY_RELAY',
  },
  {
    name: 'SEALPOST_NOTIFY_ADMIN',
    fallback: DEFAULT_TOPICS.join(','),
    meaning: `what is mailed to SEALPOST_ADMIN_MAIL, of ${ADMIN_TOPICS.join(', ')}; none for nothing`,
  },
  {
    name: 'SEALPOST_API_PER_MINUTE',
    fallback: '1200',
    meaning: 'calls of the API that one billing token may make in a minute; admin tokens are not limited',
  },
  {
    name: 'SEALPOST_SECOND_FACTOR',
    fallback: 'none',
    meaning: `roles of console users who need a second factor (TOTP), of ${ROLES.join(', ')}, divided by commas; all others may have one`,
  },
  {
    name: 'SEALPOST_OIDC_ISSUER',
    fallback: 'none: users of the console sign in by password',
    meaning:
      'issuer of OpenID Connect where users of the console may sign in, such as https://login.example.net/realms/staff; SEALPOST_PUBLIC_URL/login/oidc/callback is registered there as redirect URI',
  },
  {
    name: 'SEALPOST_OIDC_CLIENT_ID',
    fallback: 'none',
    meaning: 'what that issuer calls us; it goes with SEALPOST_OIDC_ISSUER',
  },
  {
    name: 'SEALPOST_OIDC_CLIENT_SECRET',
    fallback: 'none',
    meaning: 'the secret that it gave us; it goes with SEALPOST_OIDC_ISSUER',
    secret: true,
  },
  {
    name: 'SEALPOST_OIDC_SCOPE',
    fallback: DEFAULT_SCOPE,
    meaning: 'scopes that the issuer is asked for, divided by spaces, with openid among them',
  },
  {
    name: 'SEALPOST_OIDC_USER_CLAIM',
    fallback: 'email',
    meaning:
      'claim that names the user at the first sign-in by the issuer; email counts where the issuer says that it is verified. Never one that people choose for themselves',
  },
  {
    name: 'SEALPOST_OIDC_ROLES',
    fallback: 'none: roles are given here',
    meaning:
      'which value of SEALPOST_OIDC_ROLE_CLAIM gives which role, such as admin=registry-admins,operator=registry,viewer=staff; the highest counts, at each sign-in, and who has none of these does not get in',
  },
  {
    name: 'SEALPOST_OIDC_ROLE_CLAIM',
    fallback: 'groups',
    meaning: 'claim with those values, a text or a list; dots lead into objects, as in realm_access.roles',
  },
  {
    name: 'SEALPOST_OIDC_CREATE',
    fallback: 'no',
    meaning: 'yes makes a user of whom SEALPOST_OIDC_ROLES gives a role; no lets in only who is a user already',
  },
  {
    name: 'SEALPOST_OIDC_SECOND_FACTOR',
    fallback: 'ours',
    meaning:
      'issuer takes the word of the issuer for a second factor (amr mfa, RFC 8176); ours asks for the one that is set up here',
  },
  {
    name: 'SEALPOST_OIDC_ONLY',
    fallback: 'no',
    meaning: 'yes switches passwords off: the issuer signs in, or a link of an administrator (sealpost user link NAME)',
  },
  {
    name: 'SEALPOST_TWO_PERSONS',
    fallback: 'none',
    meaning: `what a second person has to approve before it is signed, of ${TWO_PERSON_KINDS.join(', ')}, divided by commas; the same for every process`,
  },
  { name: 'SEALPOST_TOKEN', fallback: 'none', meaning: 'an admin token for first use and for tests', secret: true },
  {
    name: 'SEALPOST_WEBHOOK_PRIVATE',
    fallback: 'refuse',
    meaning: 'allow lets webhooks go to private and loopback addresses, and by plain http',
  },
  {
    name: 'SEALPOST_RETENTION',
    fallback: 'keep',
    meaning:
      "age, such as 365d, after which octets of mails that are done go to files in SEALPOST_DATA/archive; the log's digests stay",
  },
  {
    name: 'SEALPOST_ERASE_AFTER',
    fallback: 'never',
    meaning:
      'time, such as 730d, after which personal data of orders that are over is erased, where their domain has left as long ago; it cannot be brought back',
  },
  { name: 'LOG_LEVEL', fallback: 'info', meaning: `how much is logged as JSON lines: ${LOG_LEVELS.join(', ')}` },
]

/** One sentence for each setting that is valid and lets others see what they should not. */
export const riskySettings = ({ http, publicUrl }: Settings): string[] => {
  const isPrivate = publicUrl?.startsWith('https:') === true || http.host === 'localhost' || isLoopback(http.host)
  if (isPrivate) return []
  return [
    `SEALPOST_HTTP listens on ${http.host}, and SEALPOST_PUBLIC_URL is no https:// address: passwords, sessions and tokens can be read by anybody on the way. Put a proxy with TLS before it and give its address in SEALPOST_PUBLIC_URL`,
  ]
}

const isLoopback = (host: string): boolean => specialUseOf(host) === 'loopback'

/** The name that a variable is set by: its own, or `NAME_FILE` for a secret one; null where its default holds. */
export const setBy = (env: Env, { name, secret }: { name: string; secret?: true }): string | null =>
  [name, ...(secret === true ? [`${name}_FILE`] : [])].find((key) => env[key] !== undefined) ?? null

/** Known whatever else is wrong with the settings, so that the templates can be checked all the same. */
export const templatesFolder = (env: Env): string => path.resolve(env['SEALPOST_TEMPLATES'] ?? 'templates')

/** Reads the settings from the environment, or says everything that is wrong with them, by the name of the variable. */
export const readSettings = (env: Env): Checked<Settings> => {
  const problems: Problem[] = []
  const note = <T>(pointer: string, fallback: T, read: () => T): T => {
    try {
      return read()
    } catch (error) {
      problems.push({ pointer, detail: messageOf(error) })
      return fallback
    }
  }
  const secret = (name: string) => note(name, null, () => readSecret(env, name))
  const settings: Settings = {
    databaseUrl: note('DATABASE_URL', null, () => readDatabaseUrl(readSecret(env, 'DATABASE_URL'))),
    redisUrl: note('REDIS_URL', null, () => readRedisUrl(readSecret(env, 'REDIS_URL'))),
    dataDir: path.resolve(env['SEALPOST_DATA'] ?? 'data'),
    keysDir: path.resolve(env['SEALPOST_KEYS'] ?? 'keys'),
    templatesDir: templatesFolder(env),
    scriptsDir: ownFolder(env['SEALPOST_SCRIPTS']),
    forms: readForms(env, note),
    requests: ownFolder(env['SEALPOST_REQUESTS']),
    simulator: note('SEALPOST_SIMULATOR', null, () => readSimulator(env['SEALPOST_SIMULATOR'])),
    http: note('SEALPOST_HTTP', ANYWHERE, () => parseHostPort(env['SEALPOST_HTTP'] ?? '127.0.0.1:8080')),
    httpChosen: env['SEALPOST_HTTP'] !== undefined,
    smtp: note('SEALPOST_SMTP', ANYWHERE, () => parseHostPort(env['SEALPOST_SMTP'] ?? '127.0.0.1:2525')),
    smtpTls: note('SEALPOST_SMTP_TLS_CERT', null, () => readTls(env)),
    mxHostname: env['SEALPOST_MX_HOSTNAME'] ?? hostname(),
    apiPerMinute: note('SEALPOST_API_PER_MINUTE', 1_200, () => readCount(env['SEALPOST_API_PER_MINUTE'] ?? '1200')),
    secondFactor: note('SEALPOST_SECOND_FACTOR', [], () => readRoles(env['SEALPOST_SECOND_FACTOR'] ?? 'none')),
    twoPersons: note('SEALPOST_TWO_PERSONS', [], () => readTwoPersons(env['SEALPOST_TWO_PERSONS'] ?? 'none')),
    smtpPerAddress: note('SEALPOST_SMTP_PER_ADDRESS', 50, () => readCount(env['SEALPOST_SMTP_PER_ADDRESS'] ?? '50')),
    publicUrl: note('SEALPOST_PUBLIC_URL', null, () => readPublicUrl(env['SEALPOST_PUBLIC_URL'])),
    trustedProxies: note('SEALPOST_TRUSTED_PROXIES', [], () => readAddresses(env['SEALPOST_TRUSTED_PROXIES'] ?? '')),
    timezone: note('SEALPOST_TIMEZONE', 'UTC', () => readTimezone(env['SEALPOST_TIMEZONE'] ?? 'UTC')),
    selfTest: note('SEALPOST_SELF_TEST', null, () => readTimeOfDay(env['SEALPOST_SELF_TEST'] ?? '05:30')),
    digests: note('SEALPOST_DIGESTS', [], () => readDigests(env['SEALPOST_DIGESTS'] ?? '06:00,12:00,16:00,21:00')),
    notify: readNotify(env, note),
    notifyAdmin: note('SEALPOST_NOTIFY_ADMIN', [], () =>
      readAdminTopics(env['SEALPOST_NOTIFY_ADMIN'] ?? DEFAULT_TOPICS.join(',')),
    ),
    oidc: readOidc(env, note),
    token: secret('SEALPOST_TOKEN'),
    webhookPrivate: note('SEALPOST_WEBHOOK_PRIVATE', 'refuse' as PrivateWebhooks, () =>
      readPrivateWebhooks(env['SEALPOST_WEBHOOK_PRIVATE'] ?? 'refuse'),
    ),
    eraseAfter: note('SEALPOST_ERASE_AFTER', null, () => readEraseAfter(env['SEALPOST_ERASE_AFTER'] ?? 'never')),
    retention: note('SEALPOST_RETENTION', null, () => readRetention(env['SEALPOST_RETENTION'] ?? 'keep')),
    logLevel: note('LOG_LEVEL', 'info' as LogLevel, () => readLogLevel(env['LOG_LEVEL'] ?? 'info')),
  }
  if (settings.token !== null && settings.token.length < 8)
    problems.push({ pointer: 'SEALPOST_TOKEN', detail: 'is shorter than 8 characters; take a long random one' })
  return problems.length > 0 ? wrong(...problems) : ok(Object.freeze(settings))
}

const ownFolder = (text: string | undefined): string | null =>
  text === undefined || text === '' ? null : path.resolve(text)

const LONGEST_FORMS_EVERY = 300_000

const readForms = (env: Env, note: Note): Settings['forms'] => {
  const text = env['SEALPOST_FORMS_EVERY'] ?? '240s'
  const every = note('SEALPOST_FORMS_EVERY', LONGEST_FORMS_EVERY, () => {
    const ms = parseDuration(text)
    if (ms !== null && ms <= LONGEST_FORMS_EVERY) return ms
    throw new Error(`is "${text}"; give a time from 1s to 300s, such as 240s or 4m`)
  })
  const folder = env['SEALPOST_FORMS']
  return folder === undefined || folder === '' ? null : { folder: path.resolve(folder), every }
}

/** A simulator asks for no secret, so nobody but this machine may reach its control. */
const readSimulator = (text: string | undefined): string | null => {
  if (text === undefined || text === '') return null
  const { host, port } = parseHostPort(text)
  if (!isLoopback(host) && host !== 'localhost')
    throw new Error(`${text} is not on this machine; give 127.0.0.1:PORT, where sealpost simulate --control listens`)
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}/`
}

const ANYWHERE: HostPort = { host: '127.0.0.1', port: 0 }

/** `127.0.0.1:8080`, `[::1]:8080`, `0.0.0.0:25`. Throws a sentence. */
export const parseHostPort = (text: string): HostPort => {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:\s]+)):(\d{1,5})$/.exec(text)
  const port = Number(match?.[3])
  const host = match?.[1] ?? match?.[2]
  if (host === undefined || port > 65_535)
    throw new Error(`is "${text}"; give an address and a port, such as 127.0.0.1:8080 or [::1]:8080`)
  return { host, port }
}

const readSecret = (env: Env, name: string): string | null => {
  const file = env[`${name}_FILE`]
  const value = env[name]
  if (file === undefined) return value === undefined || value === '' ? null : value
  if (value !== undefined) throw new Error(`is set, and so is ${name}_FILE; set one of them`)
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw new Error(`cannot be read from the file in ${name}_FILE: ${messageOf(error)}`)
  }
}

const readDatabaseUrl = (text: string | null): string | null => {
  if (text === null || /^postgres(ql)?:\/\//.test(text)) return text
  throw new Error('must start with postgresql://; leave it unset for the embedded database')
}

const readRedisUrl = (text: string | null): string | null => {
  if (text === null || (/^rediss?:\/\/./.test(text) && URL.canParse(text))) return text
  throw new Error('must be redis://host:port, or rediss:// with TLS; leave it unset for one process')
}

const readTls = (env: Env): Settings['smtpTls'] => {
  const cert = env['SEALPOST_SMTP_TLS_CERT']
  const key = env['SEALPOST_SMTP_TLS_KEY']
  if (cert === undefined && key === undefined) return null
  if (cert === undefined || key === undefined)
    throw new Error('and SEALPOST_SMTP_TLS_KEY belong together; set both or none')
  return { cert: readFileSync(cert), key: readFileSync(key) }
}

const readCount = (text: string): number => {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw new Error(`is "${text}"; give a whole number from 1`)
}

const readPublicUrl = (text: string | undefined): string | null => {
  if (text === undefined) return null
  const url = URL.canParse(text) ? new URL(text) : null
  if (url !== null && (url.protocol === 'https:' || url.protocol === 'http:')) return url.origin
  throw new Error(`is "${text}"; give an https:// address`)
}

/** In the form in which a connection's peer is told, so that they can be compared. Throws a sentence. */
const readAddresses = (text: string): string[] =>
  text.split(',').flatMap((item) => {
    if (item.trim() === '') return []
    const address = parseAddress(item.trim())
    if (address.ok) return [address.value.address]
    throw new Error(`has "${item.trim()}"; give IP addresses divided by commas, such as 127.0.0.1, ::1`)
  })

const readTimezone = (text: string): string => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone
  } catch {
    throw new Error(`is "${text}"; give an IANA time zone, such as Europe/Berlin`)
  }
}

const readTimeOfDay = (text: string): string | null => {
  if (text === 'none') return null
  if (/^([01]\d|2[0-3]):[0-5]\d$/.test(text)) return text
  throw new Error(`is "${text}"; give a time from 00:00 to 23:59, such as 05:30, or none`)
}

const readDigests = (text: string): string[] => {
  const times = text === 'none' ? [] : text.split(',').map((time) => time.trim())
  const wrongOne = times.find((time) => !/^([01]\d|2[0-3]):[0-5]\d$/.test(time))
  if (wrongOne === undefined) return [...new Set(times)].sort()
  throw new Error(`has "${wrongOne}"; give times from 00:00 to 23:59 divided by commas, such as 06:00,21:00, or none`)
}

const NOTIFY = ['SEALPOST_NOTIFY_RELAY', 'SEALPOST_NOTIFY_FROM', 'SEALPOST_ADMIN_MAIL'] as const

type Note = <T>(pointer: string, fallback: T, read: () => T) => T

/** All three, or none: a digest that goes nowhere would be missed when it is too late. */
const readNotify = (env: Env, note: Note): NotifySettings | null => {
  const relay = note(NOTIFY[0], null, () => readSecret(env, NOTIFY[0]))
  const [from, admins] = [env[NOTIFY[1]] || null, env[NOTIFY[2]] || null]
  if (relay === null && from === null && admins === null) return null
  const missing = NOTIFY.filter((_, index) => [relay, from, admins][index] === null)
  for (const name of missing)
    note(name, null, () => {
      throw new Error(`is not set, and ${setOnes(missing)} is; set all three or none`)
    })
  const read = {
    relay: note(NOTIFY[0], null, () => (relay === null ? null : readNoticeRelay(relay))),
    from: note(NOTIFY[1], null, () => (from === null ? null : readMailAddress(from))),
    admins: note(NOTIFY[2], null, () => (admins === null ? null : readMailAddresses(admins))),
  }
  if (read.relay === null || read.from === null || read.admins === null) return null
  return { relay: read.relay, from: read.from, admins: read.admins }
}

const setOnes = (missing: readonly string[]): string => NOTIFY.filter((name) => !missing.includes(name)).join(' and ')

const readAdminTopics = (text: string): AdminTopic[] => {
  const words = text === 'none' ? [] : text.split(',').map((word) => word.trim())
  const wrongOne = words.find((word) => !ADMIN_TOPICS.some((topic) => topic === word))
  if (wrongOne === undefined) return ADMIN_TOPICS.filter((topic) => words.includes(topic))
  throw new Error(`has "${wrongOne}"; choose of ${ADMIN_TOPICS.join(', ')}, divided by commas, or none`)
}

const readRoles = (text: string): Role[] => readWords(text, ROLES)

const readTwoPersons = (text: string): TwoPersonKind[] => readWords(text, TWO_PERSON_KINDS)

/** Some of these words, divided by commas, in their order; `none` for none. Throws a sentence. */
const readWords = <Word extends string>(text: string, known: readonly Word[]): Word[] => {
  const words = text === 'none' ? [] : text.split(',').map((word) => word.trim())
  const wrongOne = words.find((word) => !known.some((one) => one === word))
  if (wrongOne === undefined) return known.filter((one) => words.includes(one))
  throw new Error(`has "${wrongOne}"; choose of ${known.join(', ')}, divided by commas, or none`)
}

const OIDC = ['SEALPOST_OIDC_ISSUER', 'SEALPOST_OIDC_CLIENT_ID', 'SEALPOST_OIDC_CLIENT_SECRET'] as const

/** All three with the address of the console, or nothing at all: a setting without an issuer is a mistake too. */
const readOidc = (env: Env, note: Note): OidcSettings | null => {
  const fail = (name: string, text: string): void =>
    note(name, undefined, () => {
      throw new Error(text)
    })
  const clientSecret = note(OIDC[2], null, () => readSecret(env, OIDC[2]))
  const [issuer, clientId] = [env[OIDC[0]] || null, env[OIDC[1]] || null]
  if (issuer === null && clientId === null && clientSecret === null) {
    const stray = OIDC_OPTIONS.find((name) => env[name])
    if (stray !== undefined) fail(stray, `is set, and SEALPOST_OIDC_ISSUER is not; set ${OIDC.join(', ')}, or none`)
    return null
  }
  const found = [issuer, clientId, clientSecret]
  for (const [index, name] of OIDC.entries())
    if (found[index] === null) fail(name, `is not set; ${OIDC.join(', ')} belong together: set all three, or none`)
  note('SEALPOST_PUBLIC_URL', undefined, () => requireReturnAddress(env['SEALPOST_PUBLIC_URL']))
  const roles = note('SEALPOST_OIDC_ROLES', null, () => readGrants(env['SEALPOST_OIDC_ROLES'] ?? 'none'))
  const choose = <T extends string>(name: string, words: readonly [T, ...T[]]): T =>
    note<T>(name, words[0], () => readWord(env[name] ?? words[0], words))
  const creates = choose('SEALPOST_OIDC_CREATE', ['no', 'yes']) === 'yes'
  if (creates && roles === null)
    fail('SEALPOST_OIDC_CREATE', 'is yes, and nothing says with which role; set SEALPOST_OIDC_ROLES too')
  const read = {
    issuer: note(OIDC[0], '', () => (issuer === null ? '' : readIssuer(issuer))),
    scope: note('SEALPOST_OIDC_SCOPE', '', () => readScope(env['SEALPOST_OIDC_SCOPE'] ?? DEFAULT_SCOPE)),
    userClaim: env['SEALPOST_OIDC_USER_CLAIM'] || 'email',
    roles: roles === null ? null : { claim: env['SEALPOST_OIDC_ROLE_CLAIM'] || 'groups', grants: roles },
    creates,
    secondFactor: choose('SEALPOST_OIDC_SECOND_FACTOR', ['ours', 'issuer']),
    only: choose('SEALPOST_OIDC_ONLY', ['no', 'yes']) === 'yes',
  }
  return clientId === null || clientSecret === null ? null : { ...read, clientId, clientSecret }
}

const OIDC_OPTIONS = VARIABLES.map(({ name }) => name).filter(
  (name) => name.startsWith('SEALPOST_OIDC_') && !OIDC.some((one) => one === name),
)

const readIssuer = (text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : null
  const isPlain = url?.search === '' && url.hash === '' && url.username === '' && url.password === ''
  if (url?.protocol === 'https:' && isPlain) return text
  throw new Error(`is "${text}"; give the https:// address that the issuer calls itself by, without query`)
}

/** Codes come back to it, and sessions begin there. */
const requireReturnAddress = (text: string | undefined): void => {
  if (text === undefined) throw new Error('is not set; SEALPOST_OIDC_ISSUER needs to know where browsers come back to')
  const url = URL.canParse(text) ? new URL(text) : null
  const isOurs = url?.hostname === 'localhost' || isLoopback(url?.hostname.replace(/^\[(.*)\]$/, '$1') ?? '')
  if (url?.protocol === 'http:' && !isOurs)
    throw new Error(`is "${text}"; with SEALPOST_OIDC_ISSUER it must be an https:// address`)
}

const readScope = (text: string): string => {
  const words = text.split(' ').filter(Boolean)
  if (words.includes('openid')) return words.join(' ')
  throw new Error(`is "${text}"; without openid among them the issuer does not say who it is`)
}

/** A value may have any character but a comma. */
const readGrants = (text: string): { role: Role; value: string }[] | null => {
  if (text === 'none') return null
  return text.split(',').map((grant) => {
    const [word = '', ...rest] = grant.split('=')
    const [role, value] = [ROLES.find((known) => known === word.trim()), rest.join('=').trim()]
    if (role !== undefined && value !== '') return { role, value }
    throw new Error(
      `has "${grant.trim()}"; give role=value pairs divided by commas, roles of ${ROLES.join(', ')}, or none`,
    )
  })
}

const readWord = <T extends string>(text: string, words: readonly T[]): T => {
  const word = words.find((known) => known === text)
  if (word !== undefined) return word
  throw new Error(`is "${text}"; choose ${words.join(' or ')}`)
}

const readPrivateWebhooks = (text: string): PrivateWebhooks => {
  if (text === 'refuse' || text === 'allow') return text
  throw new Error(`is "${text}"; choose refuse or allow`)
}

const readRetention = (text: string): number | null => {
  const age = text === 'keep' ? null : parseDuration(text)
  if (text === 'keep' || age !== null) return age
  throw new Error(`is "${text}"; give keep, or an age of a whole number and s, m, h or d, such as 365d`)
}

const readEraseAfter = (text: string): number | null => {
  const age = text === 'never' ? null : parseDuration(text)
  if (text === 'never' || age !== null) return age
  throw new Error(`is "${text}"; give never, or a time of a whole number and s, m, h or d, such as 730d`)
}

const readLogLevel = (text: string): LogLevel => {
  const level = LOG_LEVELS.find((known) => known === text)
  if (level !== undefined) return level
  throw new Error(`is "${text}"; choose one of ${LOG_LEVELS.join(', ')}`)
}
