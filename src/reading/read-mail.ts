import { readByRules } from '../core/mail-rule.js'
import { classify } from '../mail/classify.js'
import { readDeliveryStatus } from '../mail/dsn.js'
import type { MailProfile } from '../profiles/profile.js'
import { authenticate } from '../signing/authenticate.js'
import type { UnsignedContent } from '../signing/scheme.js'
import type { Reading, ReadingTask, UnsignedMail } from './reader.js'

/**
 * Finds out what a mail is: its signature first, and what the registry says where that holds; else the pile that its
 * header puts it on. Pure but for the time that it takes.
 */
export const readMail = async (task: ReadingTask, profile: MailProfile): Promise<Reading> => {
  const raw = Buffer.from(task.raw.buffer, task.raw.byteOffset, task.raw.byteLength)
  const authenticated = await authenticate({ ...task, raw, several: profile.signsSeveral === true })
  const { stage, verdict } = authenticated
  if (stage === 'trusted') {
    const { content, weak } = authenticated
    const { sha256, fingerprint, signedAt } = content
    const replies = profile.decode(content, task.account)
    // A rule never has a say in what the profile reads.
    const unread = replies.every(({ outcome }) => outcome === 'unrecognised')
    const byRule = unread ? readByRules(content.text, task.rules) : null
    return { stage, verdict, content: { sha256, fingerprint, signedAt }, weak, replies, byRule }
  }
  const deliveryStatus = readDeliveryStatus(raw)
  const { kind, reason } = classify({ raw, envelopeFrom: task.envelopeFrom })
  if (kind === 'loop') return { stage: 'quarantined', verdict, reason, deliveryStatus }
  if (kind !== 'bounce' && authenticated.unsigned !== null) {
    const otherwise =
      kind === 'auto-reply'
        ? ({ stage: kind, reason } as const)
        : ({ stage: 'untrusted', reason: verdict.reason } as const)
    const unsigned = readUnsigned(authenticated.unsigned, profile, task)
    // Programs that answer for people quote Message-IDs too, and say nothing that a profile can read.
    const isNoise = kind === 'auto-reply' && unsigned?.replies.every(({ outcome }) => outcome === 'unrecognised')
    if (unsigned !== null && !isNoise) return { stage: 'unsigned', verdict, ...unsigned, doubt: null, otherwise }
  }
  if (kind === 'ordinary') return { stage, verdict, reason: verdict.reason, deliveryStatus }
  return { stage: kind, verdict, reason, deliveryStatus }
}

/** What a registry that never signs may have said; null for any other registry, and where the mail quotes none of ours. */
const readUnsigned = (
  content: UnsignedContent,
  profile: MailProfile,
  { account }: ReadingTask,
): Pick<UnsignedMail, 'from' | 'sha256' | 'messageId' | 'replies'> | null => {
  const { messageId, replies } = profile.decodeUnsigned?.(content, account) ?? { messageId: null, replies: [] }
  return messageId === null ? null : { from: content.from, sha256: content.sha256, messageId, replies }
}
