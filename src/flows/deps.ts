import type { AdminTopic } from '../core/admin-topics.js'
import type { BounceTokens } from '../core/bounce-token.js'
import type { CheckpointKey } from '../core/checkpoint.js'
import type { Connection } from '../core/connection.js'
import type { Timetable } from '../core/schedule.js'
import type { TwoPersonKind } from '../core/two-persons.js'
import type { NoticeTemplates } from '../notices/templates.js'
import type {
  AgreementFiles,
  Clock,
  Disk,
  Log,
  MailArchive,
  MailTransport,
  Meter,
  NameLookup,
  NameServerProbe,
  NoticePost,
  Queue,
  RehearsalRegistry,
  ServerPost,
  Store,
  WebhookPost,
} from '../ports.js'
import type {
  MailProfile,
  PeopleProfile,
  Profile,
  ServerProfile,
  TemplateFiles,
  TemplateRenderer,
} from '../profiles/profile.js'
import type { MailReader } from '../reading/reader.js'
import type { Keyring } from '../signing/keyring.js'

/** How billing systems are told of events. */
export type WebhookDeps = WebhookPost & {
  /** Who tells: the `source` of every event (CloudEvents 1.0.2, 3.1). */
  source: string
  /** A new secret to sign with, as Standard Webhooks writes it. */
  newSecret(): string
}

/** How people are told by mail. */
export type NoticeDeps = {
  /** Null: nothing is mailed. `topics` is what the administrators want of it. */
  mail: { post: NoticePost; admins: readonly string[]; topics: ReadonlySet<AdminTopic> } | null
  templates: NoticeTemplates
  /** Where the console is; null where nobody said. */
  publicUrl: string | null
  /** IANA time zone of the times in mails. */
  timezone: string
}

/** What flows are given. `app.ts` builds it once; tests replace ports, never flows. */
export type Deps = {
  store: Store
  queue: Queue
  transport: MailTransport
  /** Calls of registries' servers. */
  servers: ServerPost
  dns: NameServerProbe
  clock: Clock
  meter: Meter
  log: Log
  profiles: ReadonlyMap<string, Profile>
  templates: TemplateRenderer
  /** The files that these are made of. */
  templateFiles: TemplateFiles
  keyring: Keyring
  reader: MailReader
  /** What plays the registry where keys are rehearsed. */
  rehearsals: RehearsalRegistry
  /** The lookup scripts of connections. */
  lookup: NameLookup
  agreements: AgreementFiles
  /** Where octets of old mails are. */
  archive: MailArchive
  /** Null where nothing that this process keeps grows on a disk of its own. */
  disk: Disk | null
  /** How old those of a mail that is done become in the database, in milliseconds; null: they stay. */
  retention: number | null
  /** Age from which on personal data of orders that are over is erased; null: it is not by itself. Milliseconds. */
  eraseAfter: number | null
  /** What needs two persons (core/two-persons.ts). */
  twoPersons: readonly TwoPersonKind[]
  /** When a mail to ourselves is due, `HH:MM` in the time zone of digests, null for never; and where our listener is. */
  selfTest: { at: string | null; listener: { host: string; port: number } }
  /** When digests of open orders are due; the heartbeat goes by the same time zone. */
  digests: Timetable
  /** Where passphrases are looked up by the names that connections give; a look-up throws `Fault` where its file cannot be read. */
  env: Readonly<Record<string, string | undefined>>
  /** Our own name in EHLO. */
  hostname: string
  /** Of this process and this start of it: who holds a lease. */
  owner: string
  /** A new UUIDv7: ids in the order of time. */
  newId(): string
  bounceTokens: BounceTokens
  /** Who signs what of the log is handed over. */
  checkpoints: CheckpointKey
  webhooks: WebhookDeps
  notices: NoticeDeps
  /** 130 random bits in lower-case base 32: nobody can guess it. */
  newSecret(): string
}

/** The profile of a connection whose requests are mails; null where it is none, or is not there. */
export const mailProfileOf = (
  { profiles }: Pick<Deps, 'profiles'>,
  { profile: id }: Pick<Connection, 'profile'>,
): MailProfile | null => {
  const profile = profiles.get(id)
  return profile?.channel === 'mail' ? profile : null
}

/**
 * The profile that words the tickets of a connection: its own where its requests are tickets, else one of people, whose word they
 * are for what no registry has. Null where there is none.
 */
export const peopleProfileOf = (
  { profiles }: Pick<Deps, 'profiles'>,
  { profile: id }: Pick<Connection, 'profile'>,
): PeopleProfile | null => {
  const profile = profiles.get(id)
  if (profile?.channel === 'people') return profile
  return [...profiles.values()].find((one) => one.channel === 'people') ?? null
}

/** The same of one whose requests are calls of a server. */
export const serverProfileOf = (
  { profiles }: Pick<Deps, 'profiles'>,
  { profile: id }: Pick<Connection, 'profile'>,
): ServerProfile | null => {
  const profile = profiles.get(id)
  return profile?.channel === 'https' ? profile : null
}
