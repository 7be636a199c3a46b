import type { Mail } from '../core/mail.js'
import type { ShownMail } from '../reading/reader.js'
import type { Deps } from './deps.js'

export type { ShownMail } from '../reading/reader.js'

/** A mail decoded for people, apart from this thread; null where it is too large, or takes too long or too much memory. */
export const lookAtMail = async (
  { store, reader }: Pick<Deps, 'store' | 'reader'>,
  { connectionId }: Pick<Mail, 'connectionId'>,
  raw: Buffer,
): Promise<ShownMail | null> => {
  const connection = connectionId === null ? null : await store.connections.get(connectionId)
  const schemes = connection?.channel === 'mail' ? [...connection.trust.schemes, connection.signing.scheme] : []
  return reader.show({ raw, schemes: [...new Set(schemes)] })
}
