import { type MailConnection, registryAddresses, unsignedSenders } from '../core/connection.js'
import type { Mail, SenderEvidence } from '../core/mail.js'
import type { ActiveRule } from '../core/mail-rule.js'
import { vouchingOf } from '../core/sender-evidence.js'
import { MAX_PARSED } from '../mail/read.js'
import type { Reading } from '../reading/reader.js'
import type { Deps } from './deps.js'

export type Arrived = { mail: Mail; raw: Buffer; connection: MailConnection }

/** `remark`: what is to be told beside what a trusted mail changes. */
export type Examined = { reading: Reading; evidence: SenderEvidence | null; remark: string | null }

/** What a mail is, and what its sender's domain says of it where the connection asks, which can only make it count for less. */
export const examineMail = async (deps: ExamineDeps, arrived: Arrived): Promise<Examined> => {
  const [reading, evidence] = await Promise.all([readAsTaught(deps, arrived), gatherEvidence(deps, arrived)])
  return { evidence, ...restrict(reading, arrived.connection, evidence) }
}

type ExamineDeps = Pick<Deps, 'keyring' | 'reader' | 'store'>

/** Rules are asked for only where the profile reads nothing: most connections have none, and most mails need none. */
const readAsTaught = async (deps: ExamineDeps, arrived: Arrived): Promise<Reading> => {
  const reading = await readOnce(deps, arrived, [])
  if (!isUnread(reading)) return reading
  const rules = await deps.store.rules.active(arrived.connection.id)
  return rules.length === 0 ? reading : readOnce(deps, arrived, rules)
}

const isUnread = (reading: Reading): boolean =>
  reading.stage === 'trusted' && reading.replies.every(({ outcome }) => outcome === 'unrecognised')

/** What a mail is, read with these rules of its connection. */
export const readOnce = async (
  deps: Pick<Deps, 'keyring' | 'reader'>,
  { mail, raw, connection }: Arrived,
  rules: readonly ActiveRule[],
): Promise<Reading> =>
  deps.reader.read({
    ...{ raw, envelopeFrom: mail.envelope.from, profile: connection.profile, receivedAt: mail.receivedAt, rules },
    keys: await deps.keyring.pinnedKeys(connection.trust.keys),
    ...{ account: connection.account, trust: trustOf(connection), registryAddresses: registryAddresses(connection) },
    handedOver: mail.envelope.remoteAddress === undefined,
  })

/** What a reader needs to know of a connection's trust, and no more: it goes to a worker. */
const trustOf = ({ trust: { schemes, maxAge, weak } }: MailConnection) => ({ schemes, maxAge, weak })

/**
 * What SPF, DKIM and DMARC say of a mail, where its connection asks for it. Null for one that a delivery agent handed over,
 * because nobody knows which host it came from, and for one that is too large to be read. A domain that vouched for the
 * mail once has done so for good: its keys may be gone from the DNS when the mail is judged once more.
 */
const gatherEvidence = async (
  deps: Pick<Deps, 'reader'>,
  { mail, raw, connection }: { mail: Mail; raw: Buffer; connection: MailConnection },
): Promise<SenderEvidence | null> => {
  if (connection.trust.senderChecks === 'off') return null
  if (mail.evidence?.dmarc === 'pass') return mail.evidence
  const { envelope, receivedAt } = mail
  if (envelope.remoteAddress === undefined || raw.length > MAX_PARSED) return null
  const { replyTo } = connection.registry
  return deps.reader.checkSender({
    raw,
    envelope,
    receivedAt,
    mtaHostname: replyTo.slice(replyTo.lastIndexOf('@') + 1),
  })
}

/**
 * With `require` a mail needs its domain's word beside its signature. Where the DNS is away the signature decides alone:
 * a stranger can hardly make the registry's own names fail, and no reply shall wait for a resolver. A mail without a
 * signature has nothing else to decide by, and waits for a person then.
 */
const restrict = (
  reading: Reading,
  connection: MailConnection,
  evidence: SenderEvidence | null,
): { reading: Reading; remark: string | null } => {
  const isRead = reading.stage === 'trusted' || reading.stage === 'unsigned'
  if (!isRead || connection.trust.senderChecks !== 'require') return { reading, remark: null }
  const owners = reading.stage === 'unsigned' ? unsignedSenders(connection) : registryAddresses(connection)
  const vouching = vouchingOf(evidence, owners)
  if (vouching.kind === 'vouched') return { reading, remark: null }
  const { reason } = vouching
  if (vouching.kind === 'unknown' && reading.stage === 'unsigned')
    return { reading: { ...reading, doubt: reason }, remark: null }
  if (vouching.kind === 'unknown') return { reading, remark: `${reason}, so its signature decided alone` }
  const { verdict } = reading
  const told = `${reason}, and trust.senderChecks of the connection is "require"`
  return { reading: { stage: 'quarantined', verdict, reason: told, deliveryStatus: null }, remark: null }
}
