import type { ActionEntry } from '../core/action-log.js'
import { entryFile } from './chain-files.js'
import { keyFile, keysFor } from './key-files.js'
import { type MailFiles, octetsFile } from './mail-files.js'
import { wrapped } from './plain-words.js'
import type { UsedKey } from './records.js'

export type VerifyInput = { mails: readonly MailFiles[]; keys: readonly UsedKey[]; entries: readonly ActionEntry[] }

/** How wide a line of text is; commands are as long as they are. */
const WIDTH = 100

/** `VERIFY.txt`: what to run, without the gateway and without a network, to see that everything in the bundle holds. */
export const verifyPage = (input: VerifyInput): string => {
  const { mails, keys, entries } = input
  const hasOpenpgp = keys.some(({ format }) => format === 'openpgp')
  const old = entries.some(({ salt }) => salt === null)
  return [
    'HOW TO VERIFY THIS BUNDLE',
    '',
    ...text(
      'Lines that begin with four spaces are commands for a POSIX shell; run them in order in the folder with this file. They need sha256sum, openssl 3 and gpg, no network, and nothing of the gateway. Each ends with exit status 0 where what it says holds.',
    ),
    '',
    ...section('1. The files are those that were put together', [
      'sha256sum -c SHA256SUMS',
      'test "$(sha256sum < SHA256SUMS | cut -c 1-64)" = "$(sed -n \'s/^sums //p\' checkpoint.txt)"',
    ]),
    ...section('2. The gateway signed them, and where its log was', [
      'openssl pkeyutl -verify -pubin -inkey checkpoint-key.pem -rawin -in checkpoint.txt -sigfile checkpoint.sig',
    ]),
    ...text(
      'checkpoint-key.pem has to be the key that `sealpost log key` prints. Compare it with a copy that was kept elsewhere: who can change the database can make another key.',
    ),
    '',
    ...section('3. The entries of the log belong to the chain that the checkpoint signs', CHAIN),
    ...text(
      `chain.txt has a line for each entry of the log since the first one about this matter. Entries about other matters are there by their digests alone.${old ? ' Entries of older versions are marked -old; of such an entry about another matter the hash is given, and that it is right is what the signature of the checkpoint says.' : ''}`,
    ),
    '',
    ...section('4. The mails are those that the log has the digests of', digestCommands(input)),
    ...section('5. The signatures of the mails', [
      ...(hasOpenpgp ? ['gpg --batch --quiet --import keys/*.asc'] : []),
      ...mails.flatMap((mail) => signatureCommands(mail, input)),
    ]),
    ...text(
      'Beside a mail (.eml): .asc is its signed text; .signed is its signed part, with CRLF at the end of each line, as the signature covers it; .sig (OpenPGP) and .p7s (CMS) are its signature. Where cmp is called, it shows that such a piece stands in the mail octet by octet; where it is not, the mail has it in a transfer encoding. Signatures of certificates are verified as of the time at which the mail was received or signed.',
    ),
    '',
  ].join('\n')
}

const text = (words: string): string[] => wrapped(words, WIDTH)

const section = (title: string, commands: readonly string[]): string[] => [
  title,
  '',
  ...(commands.length === 0 ? ['(there is nothing of that kind)'] : commands.map((line) => `    ${line}`)),
  '',
]

/** Reckons the chain anew, link by link, and names the first entry that is not what its hash covers. */
const CHAIN = [
  'while read -r kind id value; do',
  '  case $kind in',
  '    start|other-old) h=$value ;;',
  `    other) h=$(printf '%s\\n%s' "$h" "$value" | sha256sum | cut -c 1-64) ;;`,
  `    own) h=$(printf '%s\\n%s' "$h" "$(sha256sum < "log/$id.txt" | cut -c 1-64)" | sha256sum | cut -c 1-64) ;;`,
  `    own-old) h=$({ printf '%s\\n' "$h"; cat "log/$id.txt"; } | sha256sum | cut -c 1-64) ;;`,
  '  esac',
  '  case $kind in own*) test "$h" = "$value" || { echo "entry $id was changed"; exit 1; } ;; esac',
  'done < chain.txt',
  `test "$h" = "$(sed -n 's/^hash //p' checkpoint.txt)"`,
]

const digestCommands = ({ mails, entries }: VerifyInput): string[] =>
  mails.flatMap(({ held, name }) => {
    const entry = entries.find(({ mailId, data }) => mailId === held.mail.id && data['sha256'] === held.mail.sha256)
    if (entry === undefined || held.octets.kind === 'gone') return []
    return [`grep -q "$(sha256sum < ${octetsFile({ held, name })} | cut -c 1-64)" ${entryFile(entry.id)}`]
  })

const signatureCommands = (files: MailFiles, { keys, entries }: VerifyInput): string[] => {
  const { held, name, signed } = files
  const signer = signerOf(files, entries)
  if (signed === null || signer === null) return []
  const trusted = keysFor(keys, signer)
  const [key] = trusted
  if (key === undefined) return []
  if (signed.kind === 'clear') return [...found(files, '.asc', signed.text), gpg(`${name}.asc`, key)]
  if (signed.kind === 'openpgp')
    return [...found(files, '.signed', signed.signed), gpg(`${name}.sig ${name}.signed`, key)]
  const at = Math.floor(held.mail.receivedAt.getTime() / 1_000)
  const content = signed.signed === null ? '' : ` -content ${name}.signed`
  const part = signed.signed === null ? [] : found(files, '.signed', signed.signed)
  return [
    ...part,
    ...trusted.map(
      (one) =>
        `openssl cms -verify -binary -inform DER -in ${name}.p7s${content} -CAfile ${keyFile(one)} -certfile ${keyFile(one)} -partial_chain -purpose any -attime ${at} -out /dev/null`,
    ),
  ]
}

/** Of a mail of the registry that was believed, or of ours; whatever else is signed proves nothing. */
const signerOf = ({ held: { mail } }: MailFiles, entries: readonly ActionEntry[]) => {
  if (mail.direction === 'in')
    return mail.verdict?.kind === 'trusted'
      ? { whose: 'registry' as const, fingerprint: mail.verdict.fingerprint }
      : null
  const entry = entries.find(({ mailId, event }) => mailId === mail.id && event === 'request.signed')
  const fingerprint = entry?.data['fingerprint']
  return typeof fingerprint === 'string' ? { whose: 'ours' as const, fingerprint } : null
}

/** VALIDSIG ends with the fingerprint of the primary key, whichever part of it signed. */
const gpg = (what: string, { fingerprint }: UsedKey): string =>
  `gpg --batch --status-fd 1 --verify ${what} | grep "^\\[GNUPG:\\] VALIDSIG .*${fingerprint}\\$"`

const found = ({ held, name }: MailFiles, ending: string, piece: Buffer): string[] => {
  const at = held.octets.kind === 'here' ? held.octets.raw.indexOf(piece) : -1
  return at === -1 ? [] : [`tail -c +${at + 1} ${name}.eml | head -c ${piece.length} | cmp - ${name}${ending}`]
}
