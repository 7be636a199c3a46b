import { readByRules } from '../core/mail-rule.js'
import { classify } from '../mail/classify.js'
import { readDeliveryStatus } from '../mail/dsn.js'
import type { MailProfile } from '../profiles/profile.js'
import { authenticate } from '../signing/authenticate.js'
import type { Reading, ReadingTask } from './reader.js'

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
  if (kind === 'ordinary') return { stage, verdict, reason: verdict.reason, deliveryStatus }
  return { stage: kind, verdict, reason, deliveryStatus }
}
