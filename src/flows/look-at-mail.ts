import { printable } from '../core/action-log.js'
import { isByMail, type Mail } from '../core/mail.js'
import type { ShownMail } from '../reading/reader.js'
import type { Deps } from './deps.js'

export type { ShownMail } from '../reading/reader.js'

/** Octets. */
const LONGEST_TEXT = 256 * 1024

/** A mail decoded for people, apart from this thread; null where it is too large, or takes too long or too much memory. What is no mail is text. */
export const lookAtMail = async (
  { store, reader }: Pick<Deps, 'store' | 'reader'>,
  mail: Pick<Mail, 'connectionId' | 'envelope'>,
  raw: Buffer,
): Promise<ShownMail | null> => {
  if (!isByMail(mail)) return asText(raw)
  const { connectionId } = mail
  const connection = connectionId === null ? null : await store.connections.get(connectionId)
  const schemes = connection?.channel === 'mail' ? [...connection.trust.schemes, connection.signing.scheme] : []
  return reader.show({ raw, schemes: [...new Set(schemes)] })
}

const asText = (raw: Buffer): ShownMail => ({
  ...{ subject: null, from: null, to: null, headers: [], attachments: [], signedText: null },
  text: printable(raw.subarray(0, LONGEST_TEXT).toString('utf8')),
})
