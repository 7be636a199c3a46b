import { isByMail } from '../core/mail.js'
import type { Order } from '../core/order.js'
import { keyFile } from './key-files.js'
import type { MailFiles } from './mail-files.js'
import { oneLine, when, wrapped } from './plain-words.js'
import { type Evidence, ownEntries, type UsedKey } from './records.js'

const WIDTH = 100

/** `INDEX.txt`: what happened, in the order in which it did, for a reader who knows neither mail nor signatures. */
export const indexPage = ({ subject, source, segment, orders, keys }: Evidence, mails: readonly MailFiles[]): string =>
  [
    subject.order === null
      ? `EVIDENCE ABOUT THE DOMAIN ${subject.unicodeName}`
      : `EVIDENCE ABOUT AN ORDER FOR THE DOMAIN ${subject.unicodeName}`,
    '',
    ...paragraph(
      `This bundle was put together by the gateway ${source}, which sends signed orders to domain registries by mail and reads their signed answers. It has every mail about this matter exactly as it went over the network, what was recorded of it at the time, and what is needed to prove both. The record cannot be changed afterwards without being noticed: VERIFY.txt says how anybody can see that, without the gateway. Where a mail speaks of several matters it is here as a whole.`,
    ),
    `Domain         ${subject.unicodeName}${subject.unicodeName === subject.domain ? '' : ` (${subject.domain})`}`,
    ...(segment.head === null
      ? []
      : [`As of          ${when(segment.head.at)}, entry ${segment.head.id} of the record`]),
    '',
    ...heading('Orders'),
    ...orders.flatMap(({ order }) => orderLines(order)),
    ...heading('Mails'),
    ...mails.flatMap(mailLines),
    ...heading('Keys that signatures are verified by'),
    ...keys.map(keyLine),
    '',
    ...heading('What happened'),
    ...ownEntries(segment).flatMap(({ at, actor, text, id }) => [
      ...wrapped(oneLine(text), WIDTH - STAMPED).map((line, index) => (index === 0 ? stamp(at) : MARGIN) + line),
      `    (by ${oneLine(actor)}; log/${id}.txt)`,
    ]),
    '',
  ].join('\n')

const stamp = (at: Date): string => `${when(at)}  `
const STAMPED = stamp(new Date(0)).length
/** Before what goes on of a text that strangers may have written: no line of it stands where one of ours begins. */
const MARGIN = ' '.repeat(STAMPED)

const heading = (title: string): string[] => [title.toUpperCase(), '']

const paragraph = (words: string): string[] => [...wrapped(words, WIDTH), '']

const orderLines = (order: Order): string[] => [
  `Order          ${order.id}`,
  `  What         ${order.terms.action} ${oneLine(order.terms.unicodeName)}${order.mode === 'test' ? ' (a test: no live registry knows of it)' : ''}`,
  `  For          account ${oneLine(order.terms.account.id)}, billing order ${oneLine(order.terms.billingOrderId)}`,
  `  Placed       ${when(order.createdAt)}`,
  ...(order.paidAt === null ? [] : [`  Paid         ${when(order.paidAt)}`]),
  `  Result       ${order.status}${order.reason === null ? '' : `: ${oneLine(order.reason)}`}${order.code === null ? '' : ` (code ${oneLine(order.code)})`}`,
  '',
]

const mailLines = ({ held: { mail, octets }, name }: MailFiles): string[] => {
  const sender = mail.envelope.from === '' ? 'the null sender' : oneLine(mail.envelope.from)
  const verdict =
    mail.verdict === null
      ? isByMail(mail)
        ? 'signed by the gateway'
        : 'none: it is the call of a server'
      : `${mail.verdict.kind}: ${oneLine(mail.verdict.reason)}`
  return [
    `${name}`,
    `  ${mail.direction === 'out' ? 'Sent by us' : 'Came in'}     ${when(mail.receivedAt)}, from ${sender} to ${mail.envelope.to.map(oneLine).join(', ')}`,
    ...(mail.direction === 'in' || mail.verdict !== null
      ? [`  Signature    ${mail.direction === 'in' && mail.verdict === null ? 'not looked at' : verdict}`]
      : []),
    ...(mail.direction === 'in'
      ? [`  Became       ${mail.stage}${mail.reason === null ? '' : `: ${oneLine(mail.reason)}`}`]
      : []),
    ...(octets.kind === 'gone' ? [`  Missing      ${oneLine(octets.reason)}`] : []),
    '',
  ]
}

const keyLine = (key: UsedKey): string =>
  `${keyFile(key)}  ${key.whose === 'ours' ? 'of the gateway' : 'of the registry'}: ${key.userIds.map(oneLine).join(', ')}`
