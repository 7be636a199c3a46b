import { type ActionEntry, printable } from '../core/action-log.js'
import { isByMail, type Mail } from '../core/mail.js'
import { type SignedFiles, signedFilesOf } from '../signing/signed-files.js'
import { oneLine, when } from './plain-words.js'
import type { BundleFile, HeldMail } from './records.js'

/** A mail as it is in a bundle: its files' common name, what of it is signed, and where a piece of it stands in the mail. */
export type MailFiles = {
  held: HeldMail
  /** `mails/01-out`; `.eml` and the others are added. */
  name: string
  signed: SignedFiles | null
  files: BundleFile[]
}

/** The name of the file with the octets: of a mail, or of the body of a call of a server or its answer. */
export const octetsFile = ({ held: { mail }, name }: Pick<MailFiles, 'held' | 'name'>): string =>
  `${name}.${isByMail(mail) ? 'eml' : 'body'}`

/** The octets of each mail, its pieces for other programs, and what was said over SMTP. */
export const mailFiles = (mails: readonly HeldMail[], entries: readonly ActionEntry[]): MailFiles[] =>
  mails.map((held, index) => {
    const number = String(index + 1).padStart(String(mails.length).length, '0')
    const name = `mails/${number}-${held.mail.direction}`
    const raw = held.octets.kind === 'here' ? held.octets.raw : null
    const signed = raw === null || !isByMail(held.mail) ? null : signedFilesOf(raw)
    const transcript = { name: `${name}.txt`, content: Buffer.from(transcriptOf(held, entries)) }
    const octets = raw === null ? [] : [{ name: octetsFile({ held, name }), content: raw }]
    return { held, name, signed, files: [...octets, ...pieces(name, signed), transcript] }
  })

const pieces = (name: string, signed: SignedFiles | null): BundleFile[] => {
  if (signed === null) return []
  if (signed.kind === 'clear') return [{ name: `${name}.asc`, content: signed.text }]
  const part = signed.signed === null ? [] : [{ name: `${name}.signed`, content: signed.signed }]
  return [...part, { name: `${name}${signed.kind === 'openpgp' ? '.sig' : '.p7s'}`, content: signed.signature }]
}

const transcriptOf = (held: HeldMail, entries: readonly ActionEntry[]): string => {
  const { mail, octets } = held
  const lines = [
    `${isByMail(mail) ? 'Mail' : mail.direction === 'out' ? 'Call of a server' : 'Answer of a server'} ${mail.id}`,
    !isByMail(mail)
      ? `${mail.direction === 'out' ? 'Written at ' : 'Received at'}    ${when(mail.receivedAt)}`
      : mail.direction === 'out'
        ? `Signed at      ${when(mail.receivedAt)}`
        : `Received at    ${when(mail.receivedAt)}`,
    ...(mail.envelope.remoteAddress === undefined ? [] : [`From client    ${oneLine(mail.envelope.remoteAddress)}`]),
    ...(mail.envelope.helo === undefined ? [] : [`Which said     HELO ${oneLine(mail.envelope.helo)}`]),
    ...(isByMail(mail) ? smtpLines(mail) : httpLines(mail)),
    `Octets         ${mail.size}`,
    `SHA-256        ${mail.sha256}`,
    ...(octets.kind === 'gone' ? [`Not here       ${oneLine(octets.reason)}`] : []),
    ...(mail.direction === 'in' ? verdictLines(mail) : answerLines(mail, entries)),
  ]
  return `${lines.join('\n')}\n`
}

const smtpLines = ({ envelope }: Mail): string[] => [
  `MAIL FROM      <${oneLine(envelope.from)}>`,
  ...envelope.to.map((to) => `RCPT TO        <${oneLine(to)}>`),
]

const httpLines = ({ envelope, direction }: Mail): string[] =>
  direction === 'out'
    ? envelope.to.map((url) => `POST           ${oneLine(url)}`)
    : [`Answer of      ${oneLine(envelope.from)}`]

const verdictLines = ({ stage, reason, verdict, replies, evidence, envelope }: Mail): string[] => [
  ...(envelope.over === undefined ? ['Answered       250, after the octets were on disk'] : []),
  ...(verdict === null
    ? []
    : [
        `${envelope.over === undefined ? 'Signature' : 'Server   '}      ${verdict.kind}: ${oneLine(verdict.reason)}`,
        ...(verdict.fingerprint === null ? [] : [`Signing key    ${verdict.fingerprint}`]),
        ...(verdict.signedAt === null ? [] : [`Signed at      ${when(verdict.signedAt)}`]),
      ]),
  ...(evidence === null ? [] : [`Sender         SPF ${evidence.spf}, DKIM ${evidence.dkim}, DMARC ${evidence.dmarc}`]),
  `What it is     ${stage}${reason === null ? '' : `: ${oneLine(reason)}`}`,
  ...replies.map(
    ({ outcome, code, text, effect }) =>
      `Says           ${outcome}${code === null ? '' : `, code ${oneLine(code)}`}: ${oneLine(text)}; ${oneLine(effect)}`,
  ),
]

/** What servers answered to each attempt, in their own words, from the entries of the log about the request. */
const answerLines = (mail: Mail, entries: readonly ActionEntry[]): string[] =>
  entries.flatMap(({ at, requestId, data }) => {
    const answer = data['answer']
    if (requestId === null || requestId !== mail.requestId || typeof answer !== 'string') return []
    return at < mail.receivedAt ? [] : [`Answered       ${when(at)}  ${oneLine(printable(answer))}`]
  })
