/** What reading an inbound mail is asked for and what comes of it: plain data, because it goes to a worker and back. */
import type { MessagePort } from 'node:worker_threads'
import type { Scheme, Trust, Weakness } from '../core/connection.js'
import type { Envelope, SenderEvidence, Verdict } from '../core/mail.js'
import type { ActiveRule, RuleReading } from '../core/mail-rule.js'
import type { Reply } from '../core/reply.js'
import type { DeliveryStatus } from '../mail/dsn.js'
import type { PinnedKey } from '../signing/scheme.js'

export type ReadingTask = {
  /** The whole mail as it came. */
  raw: Uint8Array
  envelopeFrom: string
  /** Of the connection that the mail came for. */
  profile: string
  account: Record<string, unknown>
  trust: Pick<Trust, 'schemes' | 'maxAge' | 'weak'>
  registryAddresses: readonly string[]
  keys: readonly PinnedKey[]
  receivedAt: Date
  /** It came from a delivery agent or an operator, not over SMTP. */
  handedOver: boolean
  /** Of the connection, for what its profile cannot read. */
  rules: readonly ActiveRule[]
}

/**
 * What a mail is. Only a mail whose signature holds has replies that count by themselves: they were decoded from the signed
 * octets in the same thread, and nothing else about the mail comes out of it. What a registry that never signs may have
 * said is a case of its own.
 */
export type Reading =
  | {
      stage: 'trusted'
      verdict: Verdict & { kind: 'trusted' }
      /** The signed content, to be taken once: SHA-256 of its canonical octets, its signer and the signature's time. */
      content: { sha256: string; fingerprint: string; signedAt: Date }
      weak: readonly Weakness[]
      replies: Reply[]
      /** What a rule says that the mail means, where the profile reads nothing in it; it stands instead of `replies`. */
      byRule: RuleReading | null
    }
  | UnsignedMail
  | {
      stage: 'untrusted' | 'quarantined' | 'bounce' | 'auto-reply'
      verdict: Verdict
      /** Why it is at that stage. */
      reason: string
      /** What a delivery status notification says (RFC 3464); null in every other mail. Nothing of it is proven. */
      deliveryStatus: DeliveryStatus | null
    }

/** A mail without any signature, of a registry that never signs, which quotes a mail of ours. Nothing of it is proven. */
export type UnsignedMail = {
  stage: 'unsigned'
  verdict: Verdict
  /** The one address of From. */
  from: string | null
  /** SHA-256 of its text's octets. */
  sha256: string
  messageId: string
  replies: Reply[]
  /** Why only a person may let it take effect, beside what the connection says; null where there is no such reason. */
  doubt: string | null
  /** What it is where it is no answer to a request of ours. */
  otherwise: { stage: 'untrusted' | 'auto-reply'; reason: string }
}

export type SenderTask = { raw: Uint8Array; envelope: Envelope; receivedAt: Date; mtaHostname: string }

/** `schemes` are those that its connection takes: none for a mail of no connection, or one of ours. */
export type ShowTask = { raw: Uint8Array; schemes: readonly Scheme[] }

/**
 * A mail for people to look at, decoded by a library for mails of all kinds, and nothing that anything is decided by:
 * another reader may show it otherwise.
 */
export type ShownMail = {
  subject: string | null
  from: string | null
  to: string | null
  /** The lines of its header, unfolded, in their order. */
  headers: string[]
  /** Its text, or that of its HTML. */
  text: string
  attachments: { name: string | null; type: string; octets: number }[]
  /** What its signature covers where it has one in a form that its connection takes, whether it holds or not; else null. */
  signedText: string | null
}

/** What a worker is given: a task, and where it says that its work begins. What goes wrong before that is not the mail's doing. */
export type Begun<Task> = { task: Task; begun: MessagePort }

/** Reads mails apart from this thread, with a limit on time and memory: what is hostile costs its worker, never the process. */
export type MailReader = {
  /** Never rejects for what a mail is: one that takes too long or too much memory is quarantined, with that reason. */
  read(task: ReadingTask): Promise<Reading>
  /**
   * SPF, DKIM and DMARC of a mail; asks the DNS. `temperror` where that does not answer, `permerror` where the mail takes
   * too long or too much memory.
   */
  checkSender(task: SenderTask): Promise<SenderEvidence>
  /** Decodes a mail for people; null for one that is too large, or takes too long or too much memory. */
  show(task: ShowTask): Promise<ShownMail | null>
  /** Ends the workers, also those at work: what they were at is a temporary `Fault`. */
  close(): Promise<void>
}
