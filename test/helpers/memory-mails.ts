import type { Mail, MailStage } from '../../src/core/mail.js'
import type { NewMail, Tables } from '../../src/ports.js'
import { byId, existing, isHeld, isReached, keyOf, type Leased, leases, NEVER_HELD, type Rows } from './memory-rows.js'

/** Stages of a mail that changed nothing and never will as it is. */
const NO_EFFECT: readonly MailStage[] = ['untrusted', 'quarantined', 'bounce', 'auto-reply']

export const mails = (rows: () => Rows): Partial<Tables['mails']> => {
  const due = ({ mail, dueAt, until }: Leased & { mail: Mail }, now: Date) =>
    mail.stage === 'received' && mail.direction === 'in' && isReached(dueAt, now) && (until === null || until <= now)
  const isFirst = ({ connectionId, sha256, requestId = null, id }: NewMail) => {
    const key = keyOf(connectionId ?? '', sha256, requestId ?? '')
    const first = rows().mails.get(rows().digests.get(key) ?? '')
    if (first !== undefined && !NO_EFFECT.includes(first.mail.stage)) return false
    rows().digests.set(key, id)
    return true
  }
  const change = (
    id: string,
    with_: (row: Leased & { mail: Mail; raw: Buffer }) => Partial<Leased & { mail: Mail }>,
  ) => {
    const row = existing(rows().mails, id)
    rows().mails.set(id, { ...row, ...with_(row) })
  }
  /** The oldest copy of one that came to nothing is judged in its stead. */
  const promoteDuplicate = ({ id, connectionId, sha256, requestId }: Mail) => {
    const keyed = (mail: Pick<Mail, 'connectionId' | 'sha256' | 'requestId'>) =>
      keyOf(mail.connectionId ?? '', mail.sha256, mail.requestId ?? '')
    const key = keyed({ connectionId, sha256, requestId })
    if (rows().digests.get(key) !== id) return
    const [next] = [...rows().mails.values()]
      .map(({ mail }) => mail)
      .filter((mail) => mail.stage === 'duplicate' && mail.verdict === null && keyed(mail) === key)
      .sort(byId)
    if (next === undefined) return void rows().digests.delete(key)
    rows().digests.set(key, next.id)
    change(next.id, ({ mail }) => ({ mail: { ...mail, stage: 'received', reason: null }, dueAt: mail.receivedAt }))
  }
  return {
    accept: async (mail) => {
      const duplicate = !isFirst(mail)
      const came = newMail(mail, 'in')
      const known = duplicate ? { stage: 'duplicate' as const, reason: 'the same octets came in before' } : {}
      const dueAt = duplicate ? null : mail.receivedAt
      rows().mails.set(mail.id, { mail: { ...came, ...known }, raw: mail.raw, dueAt, ...NEVER_HELD })
      return { id: mail.id, duplicate }
    },
    insertOutbound: async ({ orders, ...mail }) => {
      const out: Mail = { ...newMail(mail, 'out'), stage: 'settled', orders }
      rows().mails.set(mail.id, { mail: out, raw: mail.raw, dueAt: null, ...NEVER_HELD })
    },
    get: async (id) => rows().mails.get(id)?.mail ?? null,
    raw: async (id) => rows().mails.get(id)?.raw ?? null,
    ...leases(
      () => rows().mails,
      due,
      ({ mail }, lease) => ({ mail, lease }),
    ),
    release: async (id, lease, dueAt, reason) => {
      if (!isHeld(existing(rows().mails, id), lease)) return
      change(id, ({ mail }) => ({
        ...{ dueAt, owner: null, until: null },
        mail: { ...mail, reason: reason ?? mail.reason },
      }))
    },
    finish: async (id, result) => {
      change(id, ({ mail }) => ({ mail: { ...mail, ...result }, dueAt: null, owner: null, until: null }))
      if (NO_EFFECT.includes(result.stage)) promoteDuplicate(existing(rows().mails, id).mail)
    },
    reopen: async (id, now) => {
      const { mail } = existing(rows().mails, id)
      if (mail.direction === 'out' || mail.stage === 'received' || mail.stage === 'settled') return false
      const anew: Mail = { ...mail, stage: 'received', reason: null, verdict: null }
      change(id, () => ({ mail: anew, dueAt: now, owner: null, until: null }))
      return true
    },
    list: async (filter, { limit }) => {
      const items = [...rows().mails.values()]
        .map(({ mail }) => mail)
        .filter(
          (mail) =>
            (filter.direction ?? mail.direction) === mail.direction &&
            (filter.stage ?? mail.stage) === mail.stage &&
            (filter.order === undefined || mail.orders.includes(filter.order)),
        )
      return { items: items.sort(byId).reverse().slice(0, limit), next: null }
    },
  }
}

const newMail = ({ raw, requestId = null, ...mail }: NewMail, direction: 'in' | 'out'): Mail => ({
  ...mail,
  ...{ direction, requestId, size: raw.length, stage: 'received', reason: null, verdict: null },
  ...{ replies: [], orders: [], evidence: null, archivedAt: null, erasedAt: null },
})

export const contents = (rows: () => Rows): Tables['contents'] => ({
  insert: async ({ connectionId, fingerprint, sha256, signedAt }, mailId) => {
    const key = keyOf(connectionId, fingerprint, sha256, signedAt.toISOString())
    const first = rows().contents.get(key)
    if (first === undefined) rows().contents.set(key, mailId)
    return first === undefined || first === mailId
  },
})
