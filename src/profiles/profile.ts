/**
 * The contract between Sealpost and a registry. A profile is a value in a folder of its own under `profiles/`: everything
 * particular to one registry or protocol is there, and its wording in `templates/<id>/`. Nothing in it does I/O.
 */
import type { z } from 'zod'
import type { Action } from '../core/action.js'
import type { Connection, Scheme } from '../core/connection.js'
import type { DelegationFacts, DelegationFinding } from '../core/delegation.js'
import type { Domain } from '../core/domain.js'
import type { Checked, Problem } from '../core/errors.js'
import type { Mode } from '../core/mode.js'
import type { OrderTerms } from '../core/order.js'
import type { Reply } from '../core/reply.js'
import type { CallAnswer, Endpoint } from '../core/server-call.js'
import { isOwnAction } from '../core/set-up.js'
import type { SignedContent, UnsignedContent } from '../signing/scheme.js'

/** Whether the registry has an action, or why not. */
export type Capability =
  | {
      supported: true
      /** False: the order is done when the registry's mail server took the request. */
      expectsReply: boolean
      /** False: what brings a name to us says nothing of name servers here, so those of the connection are not added. */
      takesHosts?: false
      /** True: the gateway does it by itself, and nothing is sent (core/set-up.ts). No profile says so; its connection does. */
      own?: true
    }
  | { supported: false; reason: string }

/** What templates see: by name, text, a list of texts, or a list of such groups. `null` is a field that is absent. */
export type TemplateValue = string | null | readonly string[] | readonly TemplateValues[] | TemplateValues
export type TemplateValues = { readonly [name: string]: TemplateValue }

export type EncodeInput = {
  terms: OrderTerms
  reference: string
  /** The domain as we know it; null for one that is new to us. */
  domain: Domain | null
  connection: Connection
  /** When it is written; a profile has no clock of its own. */
  at: Date
}

/** How requests travel (`Connection.channel`), and what each way needs. */
export type Profile = MailProfile | PeopleProfile | ServerProfile

type CommonProfile = {
  id: string
  title: string
  /** Checks `account` of a connection; unknown fields are refused. */
  account: z.ZodType<Record<string, unknown>>
  /** What is wrong with a good `account` in a connection of this mode. Pointers are into `account`. */
  refuse?(connection: { mode: Mode | undefined; account: Record<string, unknown> }): Problem[]
  capabilities: Record<Action, Capability>
  /**
   * Why an action that the registry has is not there for a connection with this account, in a sentence that names the setting:
   * what nobody could verify is off until an operator, who can, switches it on. Null: it is there.
   */
  withheld?(action: Action, account: Record<string, unknown>): string | null
  /**
   * The rules by which the registry looks at name servers before it delegates a domain to them, for connections that want
   * orders to be held to them before they are taken; absent where it has none.
   */
  delegation?: {
    wanted(account: Record<string, unknown>): boolean
    judge(facts: DelegationFacts): DelegationFinding[]
  }
  /**
   * Whether the registry keeps a lock for a name, by which other providers are refused: such a name is locked when it comes to the
   * registry, until it is released. Absent: it locks none by itself.
   */
  locks?(domain: string): boolean
  /** How long the registry usually takes to decide; null where that is not known. Milliseconds. */
  usualReply: number | null
  /** `registry-auto`: the registry renews by itself and no renewal is ever sent. */
  renewal: 'registry-auto' | 'request'
  /** How many years a renewal that the gateway orders by itself is for; one unless said. */
  renewalYears?: number
  /**
   * Every problem that would keep this order from becoming a valid request: missing or excess fields, counts, forms.
   * Pointers are into the order's body. Called before payment is asked, and again before the request is written.
   */
  check(input: Omit<EncodeInput, 'reference'>): Problem[]
  /**
   * The fields of an order's body that an action has beside those of every order, for the forms of billing systems. It takes
   * whatever `check` finds no problem with, and is told as JSON Schema; `check` remains the authority. Without it, or where
   * it is null, the form is that of every order.
   */
  formOf?(action: Action, connection: Connection): z.ZodType | null
  /** The values for `templates/<id>/<action>.liquid`. Only for what `check` found no problem with. */
  encode(input: EncodeInput): TemplateValues
  /**
   * Values for each supported action as `encode` would give them, for checking templates at start-up; with the order that
   * they stand for, what a template makes of them is confirmed too.
   */
  samples: readonly { action: Action; values: TemplateValues; input?: EncodeInput }[]
}

/** A registry whose robot takes signed mails and answers by them. */
export type MailProfile = CommonProfile & {
  channel: 'mail'
  /** True: its registry signs several texts as one (`multipart/mixed`), which `decode` gets as `parts`. */
  signsSeveral?: boolean
  /** How the registry's messages name the account of a connection; null where they do not. */
  accountName(account: Record<string, unknown>): string | null
  /** The forms of signature that the registry takes: a connection that signs in another is refused. */
  schemes: readonly Scheme[]
  /**
   * Where a request says our reference: in its text, or in its subject, which no signature covers. Null: the protocol has no
   * place for it, so that answers name the domain alone, of which one order is open at a time, or quote the Message-ID.
   */
  referenceIn: 'body' | 'subject' | null
  /** The registry repeats our reference in every answer to a request: an answer without it settles nothing. */
  echoesReference: boolean
  /** What to do when nobody knows whether the registry got a message: send the same reference again, or ask a human. */
  resend: 'safe' | 'ask'
  /** How old our signature may be when the registry reads it; a retry after that is signed anew. Milliseconds. */
  signatureMaxAge: number
  /**
   * Reads a rendered draft back and makes sure that it says what the order says, whatever an operator did to the template:
   * the domain, the action and, where the protocol has a place for it, the reference, once each; in the subject too, where that
   * means something to the registry. A question may go without the reference, where the registry takes none with it.
   */
  confirm(draft: Draft, input: EncodeInput): Problem[]
  /**
   * What a registry's signed text means, to a connection with this account. Never throws: what it cannot read is one
   * `unrecognised` reply.
   */
  decode(content: SignedContent, account: Record<string, unknown>): Reply[]
  /**
   * What an unsigned mail says, of a registry that signs none of its answers; absent for every registry that does, and then
   * nothing unsigned of it ever counts, whatever the connection says. Never throws.
   */
  decodeUnsigned?(content: UnsignedContent, account: Record<string, unknown>): UnsignedReading
}

/**
 * What an unsigned mail says, and which mail of ours it says it of. `messageId` is that of the request which it quotes, with
 * angle brackets: nobody but the registry can know it, so it alone binds the mail to a request. Null where it quotes none, or
 * several: then the mail is kept and not looked at any further. Of the replies `accepted`, `done` and `refused` can count, and
 * only with the domain and the action that the mail names; their `reference` is left null.
 */
export type UnsignedReading = { messageId: string | null; replies: Reply[] }

/** A registrar that has no robot: a template's text becomes a ticket, and a person carries it out and says what came of it. */
export type PeopleProfile = CommonProfile & {
  channel: 'people'
  /** How often they are reminded of a ticket that is open. Milliseconds. */
  remindEvery(account: Record<string, unknown>): number
  /** What answers in the place of people, for orders in test mode alone; null: they are asked. */
  standIn(account: Record<string, unknown>, action: Action): StandIn | null
}

/** A registry whose server takes calls over HTTPS and answers each at once; what became of an order is asked for until it is known. */
export type ServerProfile = CommonProfile & {
  channel: 'https'
  /**
   * Where requests of a connection in that mode go. The two modes never have the same: what is in test mode cannot reach the
   * live server.
   */
  endpoint(account: Record<string, unknown>, mode: Mode): Endpoint
  /** The name of the environment variable with what proves who calls in that mode. */
  secretName(account: Record<string, unknown>, mode: Mode): string
  /** The headers of a call of these octets, its proof among them. The secret is nowhere else, and is never kept. */
  headers(call: { account: Record<string, unknown>; secret: string; body: Buffer }): Record<string, string>
  /**
   * What to do when nobody knows whether the server got a request: send it again, or leave it uncertain and ask what became of
   * it (`poll`), and a human.
   */
  resend(action: Action): 'safe' | 'ask'
  /** Reads a rendered draft back and makes sure that it says what the order says, whatever an operator did to the template. */
  confirm(draft: Draft, input: EncodeInput): Problem[]
  /** What the server says to a request. Never throws, whatever it says. */
  read(answer: CallAnswer, input: EncodeInput): ServerReading
  /** What became of a request that the server has, or may have, and that no decision is known of. */
  poll: {
    /** Null where nothing can be asked about it. */
    question(input: PollInput): Question | null
    /** As `read`; what is not `replies` says that nothing was learned. */
    read(answer: CallAnswer, input: PollInput): ServerReading
  }
  /** What is asked of an order that was carried out where the answer did not say it, such as until when the domain is registered. */
  more: {
    question(reply: Reply, input: EncodeInput): Question | null
    /** The reply with what the answer adds to it; as it was where that adds nothing. */
    add(reply: Reply, answer: CallAnswer): Reply
  }
  /** A question that changes nothing, by which a connection is tested. */
  probe: {
    question(account: Record<string, unknown>): Question
    judge(answer: CallAnswer): { ok: boolean; detail: string }
  }
  /** A sample of each question, for checking templates at start-up. */
  questions: readonly Question[]
}

/** A question that no order asks: `templates/<id>/<template>.liquid`, and the values for it. */
export type Question = { template: string; values: TemplateValues }

/** `ticket`: the registry's own number for the order, where it gave one. `since`: when the request was written. */
export type PollInput = EncodeInput & { ticket: string | null; since: Date }

/**
 * What a server's answer comes to. `words` are a clause with what the server said.
 *
 * - `replies`: it has the request, and says so much of it
 * - `untaken`: it did not take it, and may take it later as it is
 * - `unclear`: nobody can tell whether it took it
 */
export type ServerReading =
  | { kind: 'replies'; words: string; replies: Reply[] }
  | { kind: 'untaken'; words: string }
  | { kind: 'unclear'; words: string }

/** An answer without a person. `silent`: nobody is asked and nothing is answered. */
export type StandIn =
  | { kind: 'done'; text: string }
  | { kind: 'refused'; code: string; text: string }
  | { kind: 'silent' }

/** A rendered request before it is signed and becomes a mail, or as it stands on a ticket. */
export type Draft = { subject: string; body: string }

export type TemplateRenderer = {
  /** Renders `templates/<profile>/<template>.liquid`, which is that of an action or of a question. Problems name the file. */
  render(profile: string, template: string, values: TemplateValues): Checked<Draft>
}

/**
 * As the profile has it, unless the account leaves it out; a look-up is the connection's own matter, where that has a script
 * for it.
 */
export const capabilityOf = (
  { capabilities, withheld }: Pick<Profile, 'capabilities' | 'withheld'>,
  { lookup, account, setup }: Pick<Connection, 'lookup' | 'account' | 'setup'>,
  action: Action,
): Capability => {
  const capability = capabilities[action]
  const why = capability.supported ? (withheld?.(action, account) ?? null) : null
  if (why !== null) return { supported: false, reason: why }
  if (isOwnAction(action) && !capability.supported)
    return setup ? OWN : { ...capability, reason: `${capability.reason} ${HOW_OWN}` }
  if (action !== 'lookup') return capability
  if (lookup !== null) return { supported: true, expectsReply: false }
  const reason = 'The connection has no lookup script that answers it: set `lookup` of the connection.'
  return { supported: false, reason: capability.supported ? reason : `${capability.reason} ${reason}` }
}

/** A template as it is in use. `own`: an operator's copy, in the place of the one that comes with the package. */
export type TemplateInUse = { file: string; source: string; own: boolean }

const OWN: Capability = { supported: true, expectsReply: false, own: true }
const HOW_OWN = 'The gateway does it by itself where the connection says `setup: true`.'

/** Where the wording of requests comes from, for whoever edits it. */
export type TemplateFiles = {
  /** Of operators' copies; null where there can be none. */
  folder: string | null
  /** What is in use since the start; null where there is none. */
  inUse(profile: string, action: Action): TemplateInUse | null
  /** What is wrong with the files as they are now, and which are not those that are in use (`<profile>/<action>`). */
  look(): Promise<{ problems: Problem[]; changed: string[] }>
}
