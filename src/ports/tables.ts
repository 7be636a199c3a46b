/** What the store keeps: its tables, and what goes in and out of them. `Store` (ports.ts) is all of them over one database. */
import type { Action } from '../core/action.js'
import type { ActionEntry, ActionLevel, NewAction } from '../core/action-log.js'
import type { Tick } from '../core/checklist.js'
import type { Connection } from '../core/connection.js'
import type { Told } from '../core/dns-preparation.js'
import type { Domain, DomainStatus } from '../core/domain.js'
import type { DomainFilter } from '../core/domain-list.js'
import type { ErasureCounts, ErasureTarget } from '../core/erasure.js'
import type { EventType, NewEvent } from '../core/event.js'
import type { Subject } from '../core/happening.js'
import type { KeyAlarm } from '../core/key-alarm.js'
import type { Mail, MailResult, MailStage, SenderEvidence, Verdict } from '../core/mail.js'
import type { ActiveRule, MailRule } from '../core/mail-rule.js'
import type { NewNotice, Notice, NoticeKind, NoticeState } from '../core/notice.js'
import type { AfterTry } from '../core/notice-sending.js'
import type { Order, OrderStatus } from '../core/order.js'
import type { OrderForm } from '../core/order-form.js'
import type { LateRequest, OverviewCounts } from '../core/overview.js'
import type { PendingOrder, ReplyTimes } from '../core/pending.js'
import type { TldPrice } from '../core/price.js'
import type { RefusedForm } from '../core/refused-form.js'
import type { Request } from '../core/request.js'
import type { Appointment } from '../core/schedule.js'
import type { NewTicket, Ticket, TicketKind, TicketState } from '../core/ticket.js'
import type { Webhook } from '../core/webhook.js'
import type { AfterCall, Delivery, DeliveryAttempt, DeliveryState } from '../core/webhook-delivery.js'

/** Newest first unless said; `next` continues where this page ends and is null at the end. */
export type Page<T> = { items: T[]; next: string | null }
export type PageOptions = { limit: number; cursor: string | null }

/**
 * A claim on a row: whoever finishes must still hold it, else nothing is changed. `fence` grows with every claim, and no two
 * claims have the same owner, which begins with the name of who claimed.
 */
export type Lease = { owner: string; fence: number }

export type NewMail = Pick<Mail, 'envelope' | 'receivedAt' | 'connectionId'> & {
  id: string
  raw: Buffer
  sha256: string
  /** The request that an inbound mail is about because of the bounce address that it came to; none for other mails. */
  requestId?: string | null
}

/** An alarm about a key, given once: `about` tells one state of the key, or one fault, from the next. */
export type GivenAlarm = { connectionId: string; file: string; alarm: KeyAlarm | 'unusable'; about: string; at: Date }

/** Content that was verified once; the same content, of the same signer, at the same time, on one connection is one. */
export type VerifiedContent = { connectionId: string; fingerprint: string; sha256: string; signedAt: Date }

export type ActionFilter = {
  domain?: string | undefined
  orderId?: string | undefined
  /** This level and above. */
  level?: ActionLevel | undefined
  since?: Date | undefined
  until?: Date | undefined
  actor?: string | undefined
  event?: string | undefined
  /** Is in the sentence, but for case. */
  text?: string | undefined
  /** Entries after this one, oldest first: to follow the log. */
  after?: string | undefined
}

/** What came of the last look at the log's chain; `by` is an actor. */
export type LogVerification = {
  at: Date
  by: string
  /** How many entries were whole. */
  entries: number
  /** The first entry that does not fit (null where none can be named) and why; null where the log holds. */
  broken: { at: string | null; reason: string } | null
}

export type MailFilter = {
  direction?: 'in' | 'out' | undefined
  verdict?: Verdict['kind'] | undefined
  stage?: MailStage | undefined
  order?: string | undefined
  connection?: string | undefined
  /** Received, or written, at these times or between them. */
  since?: Date | undefined
  until?: Date | undefined
  /** Is in an address of the envelope, but for case. */
  party?: string | undefined
}

/** `limit` orders at most, whose ids are after `after`; null: from the first. */
export type ErasurePage = { after: string | null; limit: number }

/** `limit` domains at most, whose names are after `after`; null: from the first. */
export type DomainErasurePage = { after: string | null; limit: number }

/** `shared`: it speaks of an order that still has its personal data, too. */
export type ErasableMail = Mail & { shared: boolean }

export type ScrubCounts = Pick<ErasureCounts, 'forms' | 'notices' | 'tickets' | 'answers' | 'events' | 'calls'>

export type ArchivableMail = Pick<Mail, 'id' | 'sha256' | 'size' | 'receivedAt'>

/** The digest of a mail's octets as its row says it, and as they are; `found` is null where they are not in the database. */
export type MailDigests = { id: string; sha256: string; found: string | null } & Pick<Mail, 'archivedAt' | 'erasedAt'>

/** `about` tells one matter from another, whoever tells it. */
export type Alarm = { about: string; level: ActionLevel; text: string; at: Date }

export type UpkeepTask =
  | 'archive-mails'
  | 'send-digest'
  | 'send-heartbeat'
  | 'drop-deliveries'
  | 'verify-log'
  | 'send-self-test'
  | 'check-self-test'
  | 'erase-data'

/** When such work is due by which plan, and when it was last done. */
export type Upkeep = Appointment & { task: UpkeepTask; doneAt: Date | null }

/** How many rows there are of a kind or at a stage, and the time of the first of them; null where there is none. */
export type Counted = { name: string; count: number; oldest: Date | null }

/** What waits: work that is due, mails that are not settled, deliveries that were not taken. Other kinds are left out. */
export type Census = { due: Counted[]; mails: Counted[]; deliveries: Counted[] }

/** A delivery that is ours to make, with what it takes. */
export type ClaimedDelivery = { delivery: Delivery; webhook: Webhook; event: NewEvent & { id: string }; lease: Lease }

/** What tickets that close themselves are about. */
export type TicketSubject =
  | { orderId: string; mailId?: never; domain?: never }
  | { mailId: string; orderId?: never; domain?: never }
  | { domain: string; orderId?: never; mailId?: never }

/** An account of a billing system, as far as its orders tell. */
export type AccountSummary = { id: string; orders: number; open: number; lastOrderAt: Date; quietSince: Date | null }

export type User = {
  id: string
  name: string
  role: 'viewer' | 'operator' | 'admin'
  passwordHash: string
  createdAt: Date
  /** Since when they may not sign in; null where they may. */
  disabledAt: Date | null
  /** RFC 6238, base 32; null where they have none. */
  totpSecret: string | null
  /** Since when a code is asked for; null before a first one was right. */
  totpSince: Date | null
  /** The last step that a code was taken of. */
  totpStep: number | null
  /** SHA-256 of the codes that may stand for it, each once. */
  recovery: string[]
  /** SHA-256 of the secret in the link that sets a new password, and until when it does. */
  linkHash: string | null
  linkUntil: Date | null
  /** Who they are by OpenID Connect: an issuer, and the `sub` that it gives them; null before the first sign-in there. */
  oidcIssuer: string | null
  oidcSubject: string | null
}

/**
 * How somebody signed in: by password, at the issuer of OpenID Connect, there with several factors by its word, or by a link
 * that an administrator made.
 */
export type SessionVia = 'password' | 'issuer' | 'issuer-mfa' | 'link'

export type Session = {
  tokenHash: string
  userId: string
  createdAt: Date
  expiresAt: Date
  /** The first step was right, and the second factor is not told yet: nobody is signed in. */
  awaitsCode: boolean
  via: SessionVia
}

/** A browser that was sent to the issuer of OpenID Connect: the hash of the secret in its cookie, and the page to go on to. */
export type SignInAttempt = { tokenHash: string; next: string; expiresAt: Date }

/** What came of a form, said once on the page of the console with that path (as a URL has it); `lines` are the results one by one. */
export type SessionNotice = { path: string; tone: 'good' | 'bad'; text: string; lines: string[] }
export type ApiToken = {
  id: string
  name: string
  tokenHash: string
  scope: 'billing' | 'admin'
  accountId: string | null
  createdAt: Date
  /** The console user who made it and so knows it, under the name that they had; null where a command did. */
  ownerId: string | null
  ownerName: string | null
  /** It stands for its owner: they can approve orders with it (core/two-persons.ts). */
  personal: boolean
  /** To the hour; null where it never was. */
  usedAt: Date | null
}

/**
 * Thrown by an insert that a rule of the database refuses. `rule` says which: the transaction is gone, and the caller
 * looks again at what is there now.
 */
export type UniqueRule =
  | 'idempotency-key'
  | 'billing-order'
  | 'open-order'
  | 'tld'
  | 'connection-title'
  | 'reply-address'
  | 'content'
  | 'event-once'
  | 'rule-version'
  | 'user-name'
  | 'user-identity'
  | 'token-name'
export class UniqueViolation extends Error {
  override readonly name = 'UniqueViolation'
  readonly rule: UniqueRule

  constructor(rule: UniqueRule, options: { cause?: unknown } = {}) {
    super(`the database has another row for ${rule}`, options)
    this.rule = rule
  }
}

/**
 * `latestOrderId` is of the order that was placed last of those that concern the domain, or else of this one;
 * `latestRequestId` of the last attempt of this order.
 */
export type FoundSubject = { subject: Subject; connection: Connection; latestOrderId: string; latestRequestId: string }

export type Tables = {
  domains: {
    get(name: string): Promise<Domain | null>
    /** Reads and holds the name until the end of the transaction, whether or not a row exists yet. */
    lock(name: string): Promise<Domain | null>
    save(domain: Domain): Promise<void>
    /** Sorted as the filter says. */
    list(filter: DomainFilter, page: PageOptions): Promise<Page<Domain>>
    countByStatus(): Promise<{ status: DomainStatus; count: number }[]>
    /**
     * Holds, until the end of the transaction, every domain that replies with these names, references and tickets can be
     * about: in one order for all callers, so that no two wait for each other.
     */
    lockMentioned(mentioned: {
      connectionId: string
      names: readonly string[]
      references: readonly string[]
      tickets: readonly string[]
    }): Promise<void>
  }
  /** A request with its order and its domain, for what happens to the three together. */
  subjects: {
    /** Null where there is no such request. */
    get(requestId: string): Promise<FoundSubject | null>
    /** As `get`, and holds its domain as `domains.lock` does until the end of the transaction. */
    lock(requestId: string): Promise<FoundSubject | null>
    /** Writes every field of all three; leases are untouched. */
    save(subject: Subject): Promise<void>
  }
  orders: {
    get(id: string): Promise<Order | null>
    findByBillingId(accountId: string, billingOrderId: string): Promise<{ order: Order; bodyHash: string } | null>
    /** The one open order of a domain that concerns it (`isAside`). */
    findOpen(domain: string): Promise<Order | null>
    /** The open order of a domain with this action, also of those that stand aside; of several the one that was placed last. */
    findOpenOf(domain: string, action: Action): Promise<Order | null>
    /** The order that was placed last of those that concern a domain, or of those of them with this status. */
    findLatest(domain: string, status?: OrderStatus): Promise<Order | null>
    /**
     * The order that says whose a domain is: of those that concern it and are open or done the one that was placed last, and where all
     * came to nothing the last of them.
     */
    findOwning(domain: string): Promise<Order | null>
    insert(order: Order, bodyHash: string): Promise<void>
    update(order: Order): Promise<void>
    list(
      filter: { status?: OrderStatus | undefined; domain?: string | undefined; accountId?: string | undefined },
      page: PageOptions,
    ): Promise<Page<Order>>
    /** Whom orders were placed for, by id, from the one after `after` on; quiet: they get no mails. */
    accounts(page: { after: string | null; limit: number }): Promise<AccountSummary[]>
    /** How many orders are open, by status; a status that none has is left out. */
    countByStatus(): Promise<{ status: OrderStatus; count: number }[]>
    /** Open orders, oldest first. */
    oldestOpen(limit: number): Promise<Order[]>
    /** Orders that were done after one time and not after the other: how many, and the first of them, oldest first. */
    completed(window: { after: Date; until: Date }, limit: number): Promise<{ count: number; orders: Order[] }>
  }
  /** The forms that orders were read from. The database lets go of their octets alone (`erasures.scrub`), and changes nothing else. */
  orderForms: {
    /** Null where the order came by another way. */
    get(orderId: string): Promise<OrderForm | null>
    /** In the transaction of its order. */
    insert(form: Pick<OrderForm, 'orderId' | 'file' | 'sha256' | 'takenAt'> & { octets: Buffer }): Promise<void>
  }
  /** Forms that were refused and lie in their folders still. */
  refusedForms: {
    /** Writes one, in place of what is known of that file; false where it was refused so already, and nothing is written. */
    save(form: RefusedForm): Promise<boolean>
    /** False where there was none. */
    remove(form: Pick<RefusedForm, 'accountId' | 'file'>): Promise<boolean>
    /** Oldest first. */
    list(filter: { accountId?: string | undefined }, page: PageOptions): Promise<Page<RefusedForm>>
    /** Of all of them. */
    names(): Promise<Pick<RefusedForm, 'accountId' | 'file'>[]>
    count(): Promise<number>
  }
  /** What the pending manager shows. */
  pending: {
    /** Open orders with their last request and the last mail of the registry about them, oldest first. */
    list(
      filter: {
        accountId?: string | undefined
        status?: OrderStatus | undefined
        connectionId?: string | undefined
        /** Those alone whose reply is late. */
        late?: boolean | undefined
      },
      page: PageOptions,
    ): Promise<Page<PendingOrder>>
    /** How long the registry took to decide, of its latest 500 decisions on such requests; what it never decided is left out. */
    replyTimes(of: readonly { connectionId: string; action: Action }[]): Promise<ReplyTimes[]>
  }
  /** What the console's first page shows. Whatever is counted stops at `MOST_COUNTED`, and is quick however much there is. */
  overview: {
    counts(): Promise<OverviewCounts>
    /** Requests whose reply is late, those first that have been so longest. */
    late(limit: number): Promise<LateRequest[]>
    /** Orders that were done after a time: how many, and the last of them, newest first. */
    completed(after: Date, limit: number): Promise<{ count: number; orders: Order[] }>
    /** How many orders came in between each of these times, oldest first, and the next; the last lasts until now. */
    ordersSince(starts: readonly Date[]): Promise<number[]>
  }
  idempotency: {
    find(key: { owner: string; key: string }): Promise<{ bodyHash: string; orderId: string; answer: unknown } | null>
    insert(row: {
      owner: string
      key: string
      bodyHash: string
      orderId: string
      answer: unknown
      at: Date
    }): Promise<void>
  }
  requests: {
    get(id: string): Promise<Request | null>
    findByOrder(orderId: string): Promise<Request[]>
    findByReference(reference: string): Promise<Request | null>
    findByTicket(connectionId: string, ticket: string): Promise<Request[]>
    findByBounceToken(token: string): Promise<Request | null>
    /** Those of an action that the registry carried out, by its latest decisions. */
    latestDone(connectionId: string, action: Action, limit: number): Promise<Request[]>
    /** Requests of a connection that still wait for a reply about this domain. */
    findAwaiting(connectionId: string, domain: string): Promise<Request[]>
    insert(request: Request): Promise<void>
    /** Writes every field; the lease is untouched. */
    update(request: Request): Promise<void>
    /**
     * Takes a request that is queued and due, or whose holder's lease ran out, for `leaseMs`: its state becomes
     * `handing-over` only by `update`. Null when somebody else has it or nothing is due.
     */
    claim(
      id: string,
      input: { owner: string; now: Date; leaseMs: number },
    ): Promise<{ request: Request; lease: Lease } | null>
    /** Locks the row within a transaction and says whether the lease still is ours. */
    holds(id: string, lease: Lease): Promise<boolean>
    /** Makes the lease last until then; false, and nothing changed, when it is no longer ours. */
    extend(id: string, lease: Lease, until: Date): Promise<boolean>
    /** Gives the lease back; false, and nothing changed, when it is no longer ours. */
    release(id: string, lease: Lease): Promise<boolean>
    /** Makes the queued requests of a connection due that wait without a time; their five days begin. How many they were. */
    unpark(connectionId: string, now: Date): Promise<number>
    /** How many requests of a connection left after `since`, or may have, and when the first of these did. */
    handedOver(connectionId: string, since: Date): Promise<{ count: number; first: Date | null }>
    /**
     * After a time that this database has missed: writes on every request that is not known to have left why it may have,
     * and says how many these are; those that did leave are waited for longer by that time.
     */
    resume(after: { doubt: string; missedMs: number }): Promise<number>
    /** Ids of requests that are due to be sent, or were left in the middle by a worker that died. */
    due(now: Date, limit: number): Promise<string[]>
    /** Ids of requests whose deadline has passed. */
    overdue(now: Date, limit: number): Promise<string[]>
    /** Ids of requests that wait for their reply and are due to be looked at. */
    toCheck(now: Date, limit: number): Promise<string[]>
  }
  mails: {
    /**
     * Stores an inbound mail durably in one statement. A mail whose octets came in before on the same connection (and, to
     * a bounce address, about the same request) is kept with the stage `duplicate`, unless the earlier one was found to
     * be nothing that may have an effect: then this one is judged anew.
     */
    accept(mail: NewMail): Promise<{ id: string; duplicate: boolean }>
    insertOutbound(mail: NewMail & { requestId: string; orders: string[] }): Promise<void>
    get(id: string): Promise<Mail | null>
    /** As `get`, and holds it until the end of the transaction: before any domain, as those do that judge it. */
    lock(id: string): Promise<Mail | null>
    raw(id: string): Promise<Buffer | null>
    /** As `requests.claim`, for mails at the stage `received`. */
    claim(
      id: string,
      input: { owner: string; now: Date; leaseMs: number },
    ): Promise<{ mail: Mail; lease: Lease } | null>
    holds(id: string, lease: Lease): Promise<boolean>
    /** As `requests.extend`. */
    extend(id: string, lease: Lease, until: Date): Promise<boolean>
    /** Gives the lease back with an earliest time for the next try, and why it waits; without a reason the last stays. */
    release(id: string, lease: Lease, dueAt: Date, reason?: string): Promise<void>
    /**
     * Records what became of a mail and ends its lease. Where nobody asked for evidence, what is there stays. Where it may
     * have no effect, the oldest of its duplicates that was never judged is `received` in its stead.
     */
    finish(id: string, result: MailResult & { evidence?: SenderEvidence }): Promise<void>
    /** Makes mails of a connection that wait to be judged, the oldest first, due now; their ids. */
    hasten(connectionId: string, now: Date, limit: number): Promise<string[]>
    /** Makes an inbound mail that was judged and took no effect `received` again; false where it is not one. */
    reopen(id: string, now: Date): Promise<boolean>
    due(now: Date, limit: number): Promise<string[]>
    /**
     * Mails from before that time whose octets may leave the database, oldest first: nothing more becomes of them
     * (`ARCHIVABLE_STAGES`), and no open order or request is theirs. One with an alarm about its octets is left out.
     */
    archivable(before: Date, limit: number): Promise<ArchivableMail[]>
    /** Of these mails, as far as there are such: for the log's verification. */
    digests(ids: readonly string[]): Promise<MailDigests[]>
    /**
     * Ids of mails that no entry of the log has the digest of, though something became of them; a duplicate counts where no
     * other mail with its octets is known either.
     */
    unlogged(limit: number): Promise<string[]>
    /** Drops the octets of those of these mails that still may be archived, and names them. */
    letGo(ids: readonly string[], at: Date): Promise<string[]>
    /** `party` is looked for in 20,000 of the mails at a time that the other filters leave, as in `actions.list`. */
    list(filter: MailFilter, page: PageOptions): Promise<Page<Mail>>
  }
  /** Personal data of orders, and what of it is where (core/erasure.ts). */
  erasures: {
    /**
     * Ids of orders that still have it and that the target names, after this id, oldest first; of an account, or by its id, also
     * an order that was erased and about which mails came in since.
     */
    find(target: ErasureTarget, page: ErasurePage): Promise<string[]>
    /** As `find`: orders that have been over since that time, of domains that nobody has looked after since then. */
    overSince(before: Date, page: ErasurePage): Promise<string[]>
    /** Names of domains that have left and tell of people by themselves, and that the target names, in alphabetical order. */
    findDomains(target: ErasureTarget, page: DomainErasurePage): Promise<string[]>
    /** As `findDomains`: those that nobody has looked after since that time. */
    domainsLeftSince(before: Date, page: DomainErasurePage): Promise<string[]>
    /** Drops mails to people about a domain that have one of these addresses and wait for nothing: how many. */
    dropNotices(domain: string, addresses: readonly string[]): Promise<number>
    /**
     * Mails about an order, and all that have the same octets as one of these; held until the end of the transaction. Call it
     * before the domain is held, as those do that judge mails.
     */
    lockMails(orderId: string): Promise<ErasableMail[]>
    /** How many these are now, whoever holds them. */
    countMails(orderId: string): Promise<number>
    /** The number of an open ticket about an order; null where there is none. */
    openTicket(orderId: string): Promise<number | null>
    /** Writes an order, whose body and its digest are forgotten with it. */
    saveOrder(order: Order): Promise<void>
    /** Drops the octets of a mail and writes what stays of it. */
    saveMail(mail: Pick<Mail, 'id' | 'envelope' | 'replies'>, at: Date): Promise<void>
    /** Erases what other tables have of an order, its form among it, and mails to these addresses: how many rows of each. */
    scrub(orderId: string, addresses: readonly string[], at: Date): Promise<ScrubCounts>
    /** Erased mails whose files may still be in the archive; a file that another mail needs is not among them. */
    filesLeft(limit: number): Promise<Pick<Mail, 'id' | 'sha256'>[]>
    /** Records that their files are gone. */
    filesGone(ids: readonly string[]): Promise<void>
  }
  contents: {
    /** False when another mail brought this content before; a mail that is judged once more may have it again. */
    insert(content: VerifiedContent, mailId: string): Promise<boolean>
  }
  /** What is wrong with the house itself and was told, for as long as it is. */
  alarms: {
    list(): Promise<Alarm[]>
    /** Records that an alarm is told; false when it was before, at the same level. */
    raise(alarm: Alarm): Promise<boolean>
    /** Records that a matter is over; false when no alarm stood. */
    clear(about: string): Promise<boolean>
  }
  /** Work of the house that no other row stands for. */
  upkeep: {
    /** Takes work that is due and sets the time of the next; false when it is not due, or others took it. */
    claim(task: UpkeepTask, input: { now: Date; next: Date }): Promise<boolean>
    setDue(task: UpkeepTask, dueAt: Date): Promise<void>
    list(): Promise<Upkeep[]>
    /** Writes what is next of work that still stands as it was seen; false when others were faster. */
    move(seen: Upkeep, to: Omit<Upkeep, 'task'>): Promise<boolean>
  }
  /** Expiry dates of domains, and which of them were warned of. */
  expiries: {
    /** Names of domains that are to be warned of: those that expire first come first. */
    due(now: Date, limit: number): Promise<string[]>
    /** Records that this date of a domain is told; false when it was before, or is no longer its date. */
    markTold(name: string, expiresAt: Date): Promise<boolean>
    /** Names of domains whose renewal is to be ordered: those that expire first come first. */
    renewable(now: Date, limit: number): Promise<string[]>
    /** Records that the renewal before this date is ordered, or needs none; false when it was before, or is no longer its date. */
    markRenewed(name: string, expiresAt: Date): Promise<boolean>
    /** Records when it is tried again; false where that is set already. */
    putOffRenewal(name: string, to: { now: Date; tryAt: Date }): Promise<boolean>
  }
  /** Delegations of domains that are waited for. */
  delegations: {
    /** Names of domains that are to be looked at in the DNS, where their connections want that: the longest due come first. */
    due(now: Date, limit: number): Promise<string[]>
    /** Names of domains that their registry drops before that time and that were not warned of: the nearest come first. */
    ending(before: Date, limit: number): Promise<string[]>
    /** Records that this end is told; false when it was before, or is no longer the domain's. */
    markEndTold(name: string, until: Date): Promise<boolean>
  }
  /** Names that were set up for a transfer that is to follow. */
  setups: {
    /** Names that were set up before that time and were not warned of: the longest there come first. */
    late(before: Date, limit: number): Promise<string[]>
    /** Records that this set-up is told; false when it was before, or is no longer the domain's. */
    markTold(name: string, since: Date): Promise<boolean>
  }
  /** How much waits, for those who watch. */
  census: {
    take(now: Date): Promise<Census>
  }
  actions: {
    /**
     * Appends to the hash chain, at the end of the transaction, so that the head of the chain is held shortly. Entries that a
     * person has to look at become notices with them (`core/alarm-notice.ts`).
     */
    append(actions: readonly NewAction[]): Promise<void>
    /**
     * Actor, event and text are looked for in 50,000 of the entries at a time that the other filters leave: a page that has
     * less than its limit, or nothing, may have a `next`, which goes on where the look ended.
     */
    list(filter: ActionFilter, page: PageOptions): Promise<Page<ActionEntry>>
    /** In the order of the chain, for its verification. */
    read(afterId: string | null, limit: number): Promise<ActionEntry[]>
    /** The id and hash that the next entry will be chained to; null before the first. */
    head(): Promise<{ id: string; hash: string } | null>
  }
  /** When the log's chain was last verified, and with what result. */
  verifications: {
    last(): Promise<LogVerification | null>
    /** In place of the one before, unless that is newer. */
    save(verification: LogVerification): Promise<void>
  }
  place: {
    /**
     * Records where the database is (`Store.findPlace`) and holds the log's head until the transaction ends. `moved`: it was
     * somewhere else when it was last used, and something had happened there.
     */
    record(place: string): Promise<'same' | 'moved'>
  }
  events: {
    /** Each goes to every webhook that is enabled and takes its type: a delivery is written with it. */
    append(events: readonly NewEvent[]): Promise<void>
    list(filter: { orderId?: string | undefined; type?: EventType | undefined }): Promise<(NewEvent & { id: string })[]>
  }
  /** What people are told by mail. */
  notices: {
    /** Each is due at once; one with a key `once` that is there already is left out. */
    insert(notices: readonly NewNotice[]): Promise<void>
    get(id: string): Promise<Notice | null>
    /** Newest first. */
    list(
      filter: { state?: NoticeState | undefined; kind?: NoticeKind | undefined },
      page: PageOptions,
    ): Promise<Page<Notice>>
    /** How many alarms were mailed since that time; more than `most` are not counted. */
    alarmsSent(since: Date, most: number): Promise<number>
    /** How many alarms were recorded with that answer. */
    alarmsRecorded(answer: string): Promise<number>
    /** How many wait, and how many were given up. */
    unsent(): Promise<{ waiting: number; failed: number }>
    /** As `requests.claim`. */
    claim(
      id: string,
      input: { owner: string; now: Date; leaseMs: number },
    ): Promise<{ notice: Notice; lease: Lease } | null>
    /** Writes what became of a notice and ends the lease; false, and nothing changed, when it is no longer ours. */
    settle(id: string, lease: Lease, after: AfterTry): Promise<boolean>
    /** Makes one that was not sent go now, with all its tries before it; false while it is being sent, and of one that was. */
    sendAgain(id: string, now: Date): Promise<boolean>
    /** Ids of notices that are due. */
    due(now: Date, limit: number): Promise<string[]>
    /** Removes notices from before that time that wait for nothing and did not fail: how many. */
    drop(before: Date, limit: number): Promise<number>
  }
  /** Accounts that get no mails. */
  quietAccounts: {
    /** Since when it is quiet; null where it gets its mails. */
    since(accountId: string): Promise<Date | null>
    /** False where it was quiet before. */
    add(accountId: string, since: Date): Promise<boolean>
    /** False where it was not quiet. */
    remove(accountId: string): Promise<boolean>
  }
  webhooks: {
    /** Null where there is none, or it was removed. */
    get(id: string): Promise<Webhook | null>
    /** As `get`, and keeps others from changing it until the transaction ends; events are written for it meanwhile. */
    lock(id: string): Promise<Webhook | null>
    /** Oldest first. */
    list(): Promise<Webhook[]>
    insert(webhook: Webhook): Promise<void>
    /** Writes everything but since when it fails. */
    update(webhook: Webhook): Promise<void>
    /** Records that a call was not taken, the first in a row, or with null that one was. */
    noteFailing(id: string, since: Date | null): Promise<void>
    /** Nothing goes to it any more; its deliveries are dropped in time. */
    remove(id: string, at: Date): Promise<void>
  }
  deliveries: {
    get(webhookId: string, id: string): Promise<Delivery | null>
    /** In the order in which they came, newest first. */
    list(filter: { webhookId: string; state?: DeliveryState | undefined }, page: PageOptions): Promise<Page<Delivery>>
    /** An event as it goes to each webhook that is still there, in the order in which they came. */
    ofEvent(eventId: string): Promise<Told[]>
    /** The newest calls of a delivery, oldest first. */
    attempts(id: string, limit: number): Promise<DeliveryAttempt[]>
    /**
     * As `requests.claim`. Null also while an earlier event of its subject waits for the same webhook, which then wakes it
     * (`wakeNext`), and while that webhook has as many calls as it may have (`CALLS_AT_ONCE`; several processes that claim at
     * the same moment may be a few above).
     */
    claim(id: string, input: { owner: string; now: Date; leaseMs: number }): Promise<ClaimedDelivery | null>
    /** Writes what became of a delivery and ends the lease; false, and nothing changed, when it is no longer ours. */
    settle(id: string, lease: Lease, after: AfterCall): Promise<boolean>
    insertAttempt(deliveryId: string, attempt: DeliveryAttempt): Promise<void>
    /** Makes the first event of this subject that waits due, where it waited for another: its id. Call it after `settle`. */
    wakeNext(ended: Pick<Delivery, 'webhookId' | 'subject'>, now: Date): Promise<string | null>
    /** Makes one go again, or now where it waits for its next call; false while it is being made. */
    redeliver(webhookId: string, id: string, now: Date): Promise<boolean>
    /** Makes all that were given up and came at that time or later go again: how many. */
    redeliverFailed(webhookId: string, since: Date, now: Date): Promise<number>
    /** Ids of deliveries that are due, of each webhook as many as it may have; those that take calls come first. */
    due(now: Date, limit: number): Promise<string[]>
    /** Removes deliveries that were made before that time, and those of webhooks that were removed: how many. */
    drop(before: Date, limit: number): Promise<number>
  }
  connections: {
    get(id: string): Promise<Connection | null>
    list(): Promise<Connection[]>
    insert(connection: Connection): Promise<void>
    /** Writes everything but its reply address; its keys are looked at from then on. Call it under `lockForChange`. */
    update(connection: Connection, at: Date): Promise<void>
    /** Reads it and keeps it from being changed or removed until the transaction ends; null when it was removed. */
    hold(id: string): Promise<Connection | null>
    /**
     * Waits for all who hold it and keeps others from it until the transaction ends, so that `inUse`, asked after it, is
     * still true at `remove`. Null when it was removed or never was.
     */
    lock(id: string): Promise<Connection | null>
    /**
     * As `lock`, for whoever changes it and lets it stay: rows that only name it are written meanwhile. `lock` would make
     * writers of requests, who hold the end of the action log, wait for it, and it for them.
     */
    lockForChange(id: string): Promise<Connection | null>
    /** Waits until no other transaction has its turn on this connection; it keeps the row itself from nobody. */
    takeTurn(id: string): Promise<void>
    /** Removed connections stay for the log, answer to no TLD and no address. */
    remove(id: string, at: Date): Promise<void>
    /** `liveDomains` are those of the domains that are not in test mode. */
    inUse(id: string): Promise<{ openOrders: number; domains: number; liveDomains: number }>
    /** Ids of connections whose keys are due to be looked at; one that was just added is. */
    keysDue(now: Date, limit: number): Promise<string[]>
    /** Takes a due look at a connection's keys and sets the time of the next; false when it is not due, or others took it. */
    claimKeys(id: string, input: { now: Date; next: Date }): Promise<boolean>
  }
  /** What people say is done before a connection goes live, and the first order in test mode that was done on it. */
  checklist: {
    list(connectionId: string): Promise<Tick[]>
    tick(connectionId: string, tick: Tick): Promise<void>
    /** False where it was not ticked. */
    untick(connectionId: string, item: string): Promise<boolean>
    passedTest(connectionId: string): Promise<{ id: string; domain: string; at: Date } | null>
  }
  /** What operators taught us about mails that profiles cannot read. Of each rule the last version counts. */
  rules: {
    /** Of a connection, in the order in which they were made. */
    list(connectionId: string): Promise<MailRule[]>
    /** Those that are switched on, as the reader takes them. */
    active(connectionId: string): Promise<ActiveRule[]>
    /** Every version, the newest first; none where there is no such rule. */
    versions(id: string): Promise<MailRule[]>
    /** A new rule, or a version after the last; `UniqueViolation` rule-version where somebody else wrote that version. */
    insert(rule: MailRule): Promise<void>
  }
  /** What orders cost that say no price of their own. */
  prices: {
    /** Those of these TLDs, for every action that has one. */
    list(tlds: readonly string[]): Promise<TldPrice[]>
    /** All, or those of one TLD, in the order of the alphabet. */
    page(filter: { tld?: string | undefined }, options: PageOptions): Promise<Page<TldPrice>>
    /** Reads one and holds it until the end of the transaction, whether or not there is one yet. */
    lock(tld: string, action: Action): Promise<TldPrice | null>
    save(price: TldPrice): Promise<void>
    remove(tld: string, action: Action): Promise<void>
  }
  /** Work for people. */
  tickets: {
    /** By its id or its number; null where there is none. */
    get(id: string): Promise<Ticket | null>
    /** As `get`, and holds it until the end of the transaction. Hold its domain first, where that changes too. */
    lock(id: string): Promise<Ticket | null>
    /** Null where its cause has one already, open or closed. */
    open(ticket: NewTicket): Promise<Ticket | null>
    /** Writes what closing and reminding change, and its text. */
    update(ticket: Ticket): Promise<void>
    /** Dismisses the open ones of these kinds that are about this order or mail, in the name of `system`: which they were. */
    settle(about: TicketSubject, kinds: readonly TicketKind[], end: { at: Date; note: string }): Promise<Ticket[]>
    list(
      filter: { state?: TicketState | undefined; kind?: TicketKind | undefined; domain?: string | undefined },
      page: PageOptions,
    ): Promise<Page<Ticket>>
    /** How many are open, by kind; a kind that none has is left out. */
    countOpen(): Promise<{ kind: TicketKind; count: number }[]>
    /** Ids of open ones whose people are to be reminded. */
    due(now: Date, limit: number): Promise<string[]>
  }
  secrets: {
    /** The secret of that name; where there is none yet, `fresh` becomes it, for every process. */
    obtain(name: string, fresh: Buffer): Promise<Buffer>
  }
  keyAlarms: {
    /** Alarms about keys of this connection that were given, oldest first. */
    list(connectionId: string): Promise<GivenAlarm[]>
    /** Records that an alarm is given; false when it was before. */
    insert(alarm: GivenAlarm): Promise<boolean>
    remove(alarm: GivenAlarm): Promise<void>
  }
  users: {
    findByName(name: string): Promise<User | null>
    get(id: string): Promise<User | null>
    /** Whose link that is and still works; nobody's who is disabled. */
    findByLink(linkHash: string, now: Date): Promise<User | null>
    /** By name. */
    list(): Promise<User[]>
    insert(user: User): Promise<void>
    /** As `findByName`, and keeps others from changing it until the transaction ends. */
    lock(name: string): Promise<User | null>
    /** As `lock`, whom an issuer knows by that `sub`. */
    lockIdentity(issuer: string, subject: string): Promise<User | null>
    /** Ids of the administrators that may sign in, who stay as they are until the transaction ends. */
    lockAdmins(): Promise<string[]>
    /** Writes everything but the name; call it under `lock`. */
    update(user: User): Promise<void>
    count(): Promise<number>
    /** Takes a code of that step; false where one of it or of a later one was taken. */
    takeStep(id: string, step: number): Promise<boolean>
    /** Takes a code that stands for the second factor: how many are left, or null where there is none of that hash. */
    takeRecovery(id: string, hash: string): Promise<number | null>
  }
  sessions: {
    find(tokenHash: string, now: Date): Promise<Session | null>
    insert(session: Session): Promise<void>
    /** Makes a session last until then; one that was removed stays so. */
    prolong(tokenHash: string, expiresAt: Date): Promise<void>
    /** Leaves a notice for a page, in place of the one before; of a session that was removed nothing is kept. */
    leaveNotice(tokenHash: string, notice: SessionNotice): Promise<void>
    /** The notice for the page with that path, once. */
    takeNotice(tokenHash: string, path: string): Promise<SessionNotice | null>
    remove(tokenHash: string): Promise<void>
    /** Ends all of a user's but one, or all: how many. */
    removeOf(userId: string, but: string | null): Promise<number>
    removeExpired(now: Date): Promise<void>
    /** How many a user has, by the id of the user. */
    countByUser(now: Date): Promise<Map<string, number>>
  }
  attempts: {
    insert(attempt: SignInAttempt): Promise<void>
    /** Takes an attempt, once: the page to go on to, or null where there is none that is not too old. */
    take(tokenHash: string, now: Date): Promise<string | null>
    removeExpired(now: Date): Promise<void>
  }
  tokens: {
    findByHash(tokenHash: string): Promise<ApiToken | null>
    /** By name. */
    list(): Promise<ApiToken[]>
    insert(token: ApiToken): Promise<void>
    /** The one of that name, which is gone then; null where there was none. */
    remove(name: string): Promise<ApiToken | null>
    noteUse(id: string, at: Date): Promise<void>
  }
}
