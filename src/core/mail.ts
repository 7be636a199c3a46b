import type { AppliedRule } from './mail-rule.js'
import type { Outcome } from './reply.js'

/**
 * Who handed the octets over, and to whom: RFC 5321, 2.3.1. The null sender is the empty string. `over` is there where they went
 * otherwise than as a mail: they are the body of a call of a server, or of its answer, and the URL of that server stands for
 * its address. `remoteAddress` is then the one that it was reached at.
 */
export type Envelope = { from: string; to: string[]; remoteAddress?: string; helo?: string; over?: 'https' }

/** The octets are a mail; else a call of a server or its answer. */
export const isByMail = ({ envelope }: { envelope: Envelope }): boolean => envelope.over === undefined

/** How far an inbound mail has come, and with what result. Outbound mails are `settled`: nothing is to be found out. */
export const MAIL_STAGES = [
  'received',
  'quarantined',
  'bounce',
  'auto-reply',
  'untrusted',
  'unrecognised',
  'ambiguous',
  'conflict',
  'settled',
  'informational',
  'duplicate',
] as const

/** Stages at which nothing more becomes of a mail and nobody has to look at it: in time its octets may be archived. */
export const ARCHIVABLE_STAGES = [
  'bounce',
  'auto-reply',
  'untrusted',
  'settled',
  'informational',
  'duplicate',
] as const satisfies readonly MailStage[]

export type MailStage = (typeof MAIL_STAGES)[number]

/** What a person can say that a mail means; `informational`: it changes nothing. */
export const ASSIGNED_OUTCOMES = ['accepted', 'done', 'refused', 'informational'] as const
export type AssignedOutcome = (typeof ASSIGNED_OUTCOMES)[number]

/** What the signature says about a mail. `reason` is a sentence for the administrator. */
export type Verdict = {
  kind: 'trusted' | 'untrusted' | 'unsigned'
  reason: string
  /** Of the signer's primary key, upper-case hexadecimal; null where none could be told. */
  fingerprint: string | null
  signedAt: Date | null
}

/** What was found in a mail and what became of it, one entry a reply. */
export type ReplyRecord = {
  outcome: Outcome
  reference: string | null
  domain: string | null
  code: string | null
  text: string
  /** What we made of it: `settled`, `ambiguous: two open requests`, and so on. */
  effect: string
  /** The same as a stage: a mail with several is at the one that needs a human most. Absent in records of older versions. */
  stage?: MailStage
  /** The rule that read it; absent where the profile did. */
  rule?: AppliedRule
}

/** What became of a mail: written on it in the transaction that its effects are written in. */
export type MailResult = {
  stage: MailStage
  reason: string | null
  verdict: Verdict | null
  replies: ReplyRecord[]
  orders: string[]
}

/**
 * Results of SPF, DKIM and DMARC (RFC 8601, 2.7). `policy` is a DKIM signature that verifies and that we do not take: it
 * leaves a part of the mail uncovered, or is too weak.
 */
export const SENDER_RESULTS = [
  'pass',
  'fail',
  'softfail',
  'neutral',
  'none',
  'policy',
  'temperror',
  'permerror',
] as const

export type SenderResult = (typeof SENDER_RESULTS)[number]

/**
 * What the sender's domain says of a mail, as of when it was read. It proves nothing about a registry's reply. `temperror`:
 * the DNS did not answer.
 */
export type SenderEvidence = {
  spf: SenderResult
  dkim: SenderResult
  dmarc: SenderResult
  /**
   * For whom they speak, in A-labels: the domain of the envelope, those of good DKIM signatures, and that of From. Null
   * where there is none, or several addresses in From.
   */
  domains: { spf: string | null; dkim: string[]; from: string | null }
}

export type Mail = {
  id: string
  direction: 'in' | 'out'
  connectionId: string | null
  envelope: Envelope
  /** For an outbound mail: when it was composed. */
  receivedAt: Date
  /** Of the octets, lower-case hexadecimal. */
  sha256: string
  size: number
  stage: MailStage
  /** Why it is at that stage, in a sentence. */
  reason: string | null
  verdict: Verdict | null
  replies: ReplyRecord[]
  orders: string[]
  requestId: string | null
  /** When its octets left the database for the archive; null while they are in it. */
  archivedAt: Date | null
  /** When its octets were erased as personal data: they are nowhere any more. */
  erasedAt: Date | null
  /** Null where nobody asked: the connection does not want it, the mail did not come by SMTP, or it is too large to read. */
  evidence: SenderEvidence | null
}
