import { readdirSync, readFileSync } from 'node:fs'
import * as path from 'node:path'
import { loadMailProfiles } from '../../helpers/mail-profiles.js'

const FIXTURES = path.resolve(import.meta.dirname, '../../fixtures')

export type Seed = { name: string; raw: Buffer }

const folder = (...names: string[]): Seed[] => {
  const at = path.join(FIXTURES, ...names)
  return readdirSync(at)
    .filter((file) => /\.(eml|txt)$/.test(file))
    .map((file) => ({ name: `${names.join('/')}/${file}`, raw: readFileSync(path.join(at, file)) }))
}

const ids = (await loadMailProfiles()).map(({ id }) => id)

/** Mails that gpg and openssl signed, good and bad ones. */
export const OPENPGP_MAILS: readonly Seed[] = folder('openpgp', 'mails')
export const SMIME_MAILS: readonly Seed[] = folder('smime', 'mails')

/** Whole mails of every registry, and the texts that they say. */
export const REGISTRY_MAILS: readonly Seed[] = ids.flatMap((id) => folder(id, 'mails'))
export const REPLIES: ReadonlyMap<string, readonly Seed[]> = new Map(ids.map((id) => [id, folder(id, 'replies')]))

const REPORT = [
  ...['From: MAILER-DAEMON@mx.registry.example', 'MIME-Version: 1.0', 'Auto-Submitted: auto-replied'],
  ...['Content-Type: multipart/report; report-type=delivery-status; boundary="r"', '', '--r', ''],
  ...['It did not work.', '', '--r', 'Content-Type: message/delivery-status', ''],
  ...['Reporting-MTA: dns; mx.registry.example', '', 'Final-Recipient: rfc822; robot@registry.example'],
  ...['Action: failed', 'Status: 5.1.1', 'Diagnostic-Code: smtp; 550 5.1.1 no such user', '', '--r--', ''],
]

const ENCODED = [
  ...['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: quoted-printable', ''],
  ...['=46rom here: gr=C3=BC=C3=9Fe, a very long line that =', 'goes on=20', 'end', ''],
]

const IN_BASE64 = [
  ...['Content-Type: text/plain', 'Content-Transfer-Encoding: base64', ''],
  ...['UkVTVUxUOiBzdWNjZXNzClNUSUQ6IDA2NWQzYmI4', 'Cg==', ''],
]

const VACATION = [
  'From: someone@registry.example',
  'Auto-Submitted: auto-replied',
  'Subject: away',
  '',
  'I am away.',
  '',
]

const mail = (name: string, lines: readonly string[]): Seed => ({ name, raw: Buffer.from(lines.join('\r\n')) })

/** Mails that nobody signs. */
export const UNSIGNED_MAILS: readonly Seed[] = [
  mail('a delivery status report', REPORT),
  mail('quoted-printable', ENCODED),
  mail('base64', IN_BASE64),
  mail('a vacation notice', VACATION),
]

export const ALL_MAILS: readonly Seed[] = [...OPENPGP_MAILS, ...SMIME_MAILS, ...REGISTRY_MAILS, ...UNSIGNED_MAILS]
