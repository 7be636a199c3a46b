/**
 * What the shell may ask of the world. Flows know these shapes only; `app.ts` chooses who stands behind them, and tests
 * replace nothing else. What the store keeps is in `ports/tables.ts`.
 */
import type { MailConnection, Scheme } from './core/connection.js'
import type { HostAddresses, QueryType, ServerAnswer, ZoneServers } from './core/delegation.js'
import type { DiskSpace } from './core/disk-space.js'
import type { Claims } from './core/issuer-claims.js'
import type { MailStage } from './core/mail.js'
import type { CallAnswer, Endpoint } from './core/server-call.js'
import type { Tables } from './ports/tables.js'

export * from './ports/forms.js'
export * from './ports/request-files.js'
export * from './ports/tables.js'

export type Clock = { now(): Date }

/** Structured log of the process, for its operators; the action log is another thing and lives in the store. */
export type Log = {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** A piece of work that a row in the store stands for. Rings may be lost or doubled; the row alone decides. */
export type Work =
  | { kind: 'send-request'; id: string }
  | { kind: 'process-mail'; id: string }
  | { kind: 'check-deadline'; id: string }
  /** The keys of a connection, for alarms. */
  | { kind: 'check-keys'; id: string }
  /** The look at a request that waits for its reply. */
  | { kind: 'check-request'; id: string }
  /** The expiry date of the domain with that name. */
  | { kind: 'warn-expiry'; id: string }
  /** The same, for its renewal. */
  | { kind: 'renew-domain'; id: string }
  /** The people of an open ticket. */
  | { kind: 'remind-ticket'; id: string }
  /** The domain with that name in the DNS. */
  | { kind: 'watch-delegation'; id: string }
  /** The end of the time that its registry gives to mend its name servers. */
  | { kind: 'warn-setup'; id: string }
  | { kind: 'warn-undelegated'; id: string }
  /** One event for one webhook. */
  | { kind: 'deliver-webhook'; id: string }
  /** One mail to people. */
  | { kind: 'send-notice'; id: string }
  /** There is one such row of each, and its id says so. */
  | { kind: 'archive-mails'; id: 'archive-mails' }
  | { kind: 'send-digest'; id: 'send-digest' }
  | { kind: 'send-heartbeat'; id: 'send-heartbeat' }
  | { kind: 'drop-deliveries'; id: 'drop-deliveries' }
  | { kind: 'send-self-test'; id: 'send-self-test' }
  | { kind: 'check-self-test'; id: 'check-self-test' }
  | { kind: 'erase-data'; id: 'erase-data' }

/** A simulated registry that can be made to misbehave, by the name of its protocol. */
export type SimulatedRegistry = {
  name: string
  /** The name of what it does with orders now. */
  behaves: string
  behaviours: { name: string; sentence: string }[]
}

/** Simulated registries that the console drives: those of the demo, or one that the settings name. */
export type SimulatedRegistries = {
  list(): Promise<SimulatedRegistry[]>
  /** From the next mail on. Throws `Refusal` not-found, `Fault` simulator-away. */
  behave(name: string, behaviour: string): Promise<void>
  /** Places a sample order and says for which domain; null where there are no samples. */
  order: ((name: string) => Promise<string>) | null
}

/** A key of a registry that is simulated for a rehearsal; its private half stays within. */
export type RehearsalKey = {
  /** As a registry would send it: armored, or a certificate in PEM. */
  publicKey: string
  /** A mail with that text, signed by this key at that time. */
  write(mail: { to: string; text: string; at: Date }): Promise<Buffer>
}

/** A registry within this process that checks and signs mails by code of its own, for rehearsals: nothing goes to anybody. */
export type RehearsalRegistry = {
  /** Whether a registry that knows these keys (armored, or certificates in PEM) takes a mail at that time, and if not, why. */
  takesMail(
    mail: Buffer,
    known: { trusted: readonly string[]; at: Date },
  ): Promise<{ ok: true } | { ok: false; reason: string }>
  /** A new key of a registry with that address, which signs from then on in that form. */
  newRegistryKey(of: { scheme: Scheme; address: string; at: Date }): Promise<RehearsalKey>
}

/**
 * What one sign-in at an issuer is bound to: what comes back has to name `state` (RFC 6749, 10.12) and `nonce` (OpenID
 * Connect Core 1.0, 3.1.2.1), and its code is good for who has `verifier` alone (RFC 7636).
 */
export type IssuerExchange = { state: string; nonce: string; verifier: string }

/** Who signs people in for us: an issuer of OpenID Connect. What it says is verified; what that means is `core/issuer-claims.ts`. */
export type IdentityIssuer = {
  /** Its identifier, an https address. */
  issuer: string
  clientId: string
  /** Where browsers come back to with a code, and where after signing out there: what has to be registered with it. */
  redirectUri: string
  signedOutUri: string
  /** Where a browser is sent to sign in. Throws `Fault` issuer-away, issuer-wrong. */
  authorizationUrl(exchange: IssuerExchange): Promise<string>
  /**
   * Who came back, by the query of the address that they came back to. Throws `Refusal` forbidden for what is not to be
   * believed, `Fault` issuer-away, issuer-wrong.
   */
  redeem(query: string, exchange: IssuerExchange): Promise<{ subject: string; claims: Claims }>
  /** Where a browser signs out there; null where there is no such page. Throws `Fault` as above. */
  endSessionUrl(): Promise<string | null>
}

export type Queue = {
  /** Says that a row may be due. Call it after the commit; never fails, never waits. */
  ring(work: Work): void
  /** Starts to run work: what is rung, and what `due` finds at least every second. */
  start(options: { run(work: Work): Promise<void>; due(): Promise<Work[]> }): Promise<void>
  /** Takes no more work and waits for what is under way. */
  stop(): Promise<void>
  /** Whether it works: started, not stopped, and its sweeps succeed. `detail` says it in words for an operator. */
  health(): { ready: boolean; detail: string }
}

/** What became of a mail that was handed to a server; `answer` is the server's own words, or what went wrong. */
export type HandOver =
  | { outcome: 'sent'; answer: string }
  /** 4xx, or the connection failed before the whole message had left: the server does not have it. */
  | { outcome: 'temporary'; answer: string }
  /** 5xx: the server will never take it. */
  | { outcome: 'refused'; answer: string }
  /** The connection broke after the whole message had left and before an answer: nobody knows. */
  | { outcome: 'uncertain'; answer: string }

/** Counts what this process does, for those who watch. Never fails; durations are milliseconds. */
export type Meter = {
  /** A mail came to a stage, so long after it came in. */
  mailJudged(stage: MailStage, ms: number): void
  /** A registry decided on a request, so long after it had it. */
  replied(ms: number): void
  webhookCalled(outcome: WebhookAnswer['outcome'], ms: number): void
  /** A mail that nobody signed took effect. */
  unsignedBelieved(): void
}

export type MailTransport = {
  /** Hands the octets over exactly as they are. Never throws for what a server or a network does. */
  send(mail: { connection: MailConnection; envelope: { from: string; to: string[] }; raw: Buffer }): Promise<HandOver>
}

/** One call of a registry's server: the octets of its body, and the headers beside those that every call has. */
export type ServerCall = { endpoint: Endpoint; headers: Readonly<Record<string, string>>; body: Buffer }

/** How a server was reached: its address, and the TLS that was agreed on, in words. */
export type ReachedServer = { address: string; tls: string }

export type ServerPost = {
  /**
   * Posts the octets exactly as they are to the server that its certificate proves. Nothing is followed to another place, and
   * no proxy is asked. Never throws for what a server or a network does.
   *
   * `temporary`: it failed before the first octet of the call left. `uncertain`: nobody knows whether the server has it, and
   * `reached` is how it was reached.
   */
  post(
    call: ServerCall,
  ): Promise<
    | ({ outcome: 'answered'; reached: ReachedServer } & CallAnswer)
    | { outcome: 'temporary'; answer: string }
    | { outcome: 'uncertain'; answer: string; reached: ReachedServer }
  >
}

/** A copy of the embedded database; `head` is the end of its action log. */
export type Backup = { folder: string; octets: number; head: { id: string; hash: string } | null }

export type Store = Tables & {
  embedded: boolean
  /** All or nothing, durable when it resolves. Within it use only the tables that it hands in. */
  transaction<T>(work: (tables: Tables) => Promise<T>): Promise<T>
  /**
   * As `transaction`, for what comes often: works that come while one is under way share the next commit. They run side by
   * side and each is all or nothing by itself. What a work did not lock before it read it, another may change meanwhile, and
   * whoever waits for a lock waits for a work that has to end without it: hold the domain first. A work may run a second
   * time, so all that it does must be done through its tables.
   */
  together<T>(work: (tables: Tables) => Promise<T>): Promise<T>
  /** Where the database is: tells it from every copy of it. */
  findPlace(): Promise<string>
  /**
   * Copies the embedded database into a new folder, or one of its own choice, while it is in use; whoever writes waits.
   *
   * @throws Refusal `unsupported` on a server, Fault `backup-failed`
   */
  backUp(folder: string | null): Promise<Backup>
  /** Resolves when the database answers. */
  ping(): Promise<void>
  /**
   * Ends the leases of processes that cannot be alive any more: on the embedded database every process but this one.
   * Called once at start-up.
   */
  recoverLeases(owner: string): Promise<void>
  close(): Promise<void>
}

/** `damaged`: there is a file, and not those octets are in it. */
export type ArchivedOctets = { kind: 'found'; raw: Buffer } | { kind: 'absent' } | { kind: 'damaged' }

/** Octets of mails outside of the database, each under its digest. */
export type MailArchive = {
  /** Host and folder, for people. */
  place: string
  /** Where within that folder octets with this digest are. */
  fileOf(sha256: string): string
  read(sha256: string): Promise<ArchivedOctets>
  /**
   * Durable, and read back, when it resolves. The same again, also at the same time, does no harm.
   *
   * @throws Fault `archive-unavailable`
   */
  write(sha256: string, raw: Buffer): Promise<void>
  /**
   * Durable when it resolves; that there is none does no harm.
   *
   * @throws Fault `archive-unavailable`
   */
  remove(sha256: string): Promise<void>
}

/** The disk that what this process keeps is on. */
export type Disk = {
  /** Host and folder, for people. */
  place: string
  space(): Promise<DiskSpace>
}

/** What became of a call; `body` is the beginning of the answer as text that can be shown. */
export type WebhookAnswer =
  | { outcome: 'delivered'; status: number; body: string }
  /** `status` is null where there was no answer; `reason` is a sentence. */
  | { outcome: 'failed'; status: number | null; body: string; reason: string }

/** Hosts in the DNS, and what name servers themselves say. Never throws for what the DNS does. */
export type NameServerProbe = {
  resolve(host: string): Promise<HostAddresses>
  /** Of the zone with that apex, as our own DNS has them. */
  nameServers(zone: string): Promise<ZoneServers>
  /** Without recursion; by UDP, or by TCP where that is asked. */
  ask(address: string, question: { name: string; type: QueryType; tcp: boolean }): Promise<ServerAnswer>
}

/** Mails to people, by a relay that no connection knows. */
export type NoticePost = {
  /** The address that they come from. */
  from: string
  /** One mail of text, whose lines end with a line feed. Never throws for what a server or network does. */
  send(mail: { messageId: string; at: Date; to: readonly string[]; subject: string; text: string }): Promise<HandOver>
}

export type WebhookPost = {
  /** Why nothing may go to this URL now, in words that follow it; null where something may, or its name leads nowhere yet. */
  refusal(url: string): Promise<string | null>
  /**
   * Sends one signed call to a URL that an administrator gave. Never throws for what a URL, server or network does.
   *
   * @throws Fault `webhook-cut-off` where the gateway stops before there was an answer
   */
  post(call: { url: string; headers: Record<string, string>; body: string }): Promise<WebhookAnswer>
}

/** Texts of agreements that connections name as files. */
export type AgreementFiles = {
  /** @throws Fault `agreement-unreadable`, temporary */
  read(file: string): Promise<string>
}

/** What a lookup script says of a name, and how long it took. `reason` is a clause about the script: `it ended with ...`. */
export type LookupVerdict =
  | { kind: 'available' | 'taken'; tookMs: number }
  /** It gave no clear answer: nothing is known about the name. */
  | { kind: 'failed'; reason: string; tookMs: number }

export type NameLookup = {
  /** What is wrong with the path of a script, said of the path; null where it can be run. */
  problemOf(script: string): Promise<string | null>
  /** Runs it with the A-label as its only argument. Never throws for what a script does. */
  ask(script: string, name: string): Promise<LookupVerdict>
}
