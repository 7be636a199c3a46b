import type { Mail } from '../core/mail.js'
import type { Deps } from './deps.js'

/** `reason` is a sentence that says where the octets are and what to do. */
export type Octets = { kind: 'here'; raw: Buffer } | { kind: 'gone'; reason: string }

/** The exact octets of a mail: out of the database, or out of the archive and compared with their digest. */
export const readOctets = async (
  { store, archive }: Pick<Deps, 'store' | 'archive'>,
  { id, sha256, erasedAt }: Pick<Mail, 'id' | 'sha256' | 'erasedAt'>,
): Promise<Octets> => {
  if (erasedAt !== null)
    return {
      kind: 'gone',
      reason: `the octets of mail ${id} were erased as personal data at ${erasedAt.toISOString()}, as the entry data.erased of the action log says; nothing brings them back, and their SHA-256 stays`,
    }
  const raw = await store.mails.raw(id)
  if (raw !== null) return { kind: 'here', raw }
  const found = await archive.read(sha256)
  if (found.kind === 'found') return { kind: 'here', raw: found.raw }
  const where = `the octets of mail ${id} were archived as ${archive.fileOf(sha256)}, and that file`
  return {
    kind: 'gone',
    reason:
      found.kind === 'absent'
        ? `${where} is not in ${archive.place}: the entry mail.archived of the action log names the host and folder that it was written to; bring it back there`
        : `${where} is damaged in ${archive.place}: its content has not the digest of its name; bring it back from a backup`,
  }
}
