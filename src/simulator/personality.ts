import type { RegistryMemory } from './memory.js'

/** An order that the gateway signed: its text, and the subject, which no signature covers. */
export type SignedOrder = { text: string; subject: string }

/** What the registry says to one order, and what it did about it. */
export type Answer = {
  /** The body of the answer before it is signed; lines end in LF, the last one has none. */
  text: string
  /** Those of further mails, for a registry that acknowledges an order first and decides later. */
  later?: readonly string[]
  /** A part with its own header, which is signed beside the text of each of these mails. Octets as Latin-1. */
  beside?: string
  /** The order as it came, signature and all, is signed with the last of these mails, as a part beside its text. */
  returnsOrder?: boolean
  /** Its own subject; without one it is that of the order, behind `Re: `. */
  subject?: string
  outcome: 'success' | 'failed'
  /** What the order was about, as far as it could be read; for the log only. */
  action: string | null
  domain: string | null
  reference: string | null
}

/** What an answer may quote of the mail that it answers; `at` is when that came. */
export type QuotedMail = { messageId: string | null; subject: string; replyTo: string; at: Date }

/** What a registry does to a domain of itself, or is about to do. */
export type News = 'moved' | 'deleted' | 'failing'

/**
 * The words of one protocol, as the registry's side speaks them. It has its own reader and its own writer: nothing is
 * shared with the gateway's profile, so that a misreading on one side shows on the other.
 */
export type Personality = {
  id: string
  /** Carries out the order, as far as the rules allow, and answers. Never throws for what an order says. */
  handle(order: SignedOrder, memory: RegistryMemory): Answer
  /** Answers the order with a refusal, whatever it says. */
  refuse(order: SignedOrder): Answer
  /** Does that to the domain of the order and says so; null where the domain is not the gateway's. */
  tell(news: News, order: SignedOrder, memory: RegistryMemory): string | null
  /** Says that another provider asks for the domain of the order; null as above. Absent: its registry never tells so. */
  ask?(order: SignedOrder, memory: RegistryMemory): string | null
  /**
   * Answers a mail whose signature is not the gateway's. Nothing in that mail is believed, so nothing is echoed. Null: such
   * mails are ignored.
   */
  unauthenticated(reason: string): Answer | null
  /** Of a registry that never signs: what stands above each of its answers. Absent: it signs, and quotes nothing. */
  quote?(mail: QuotedMail): string
}
