import type { Child } from 'hono/jsx'
import type { MailView, OrderView } from '../../../core/views.js'
import { DomainLink, Facts, MailLink, OrderLink, Stage, Time } from '../frame/parts.js'
import {
  evidenceWords,
  hostWords,
  orderWords,
  replyWords,
  senderWords,
  stageWords,
  type TimeWords,
} from '../frame/words.js'
import type { MailPageProps } from './mail-page.js'

type Fact = readonly [string, Child]

/** How a mail travelled, what is proven of it, and what it did. */
export const MailFacts = (props: MailPageProps) => {
  const { mail, registry, words } = props
  const { remoteAddress, helo } = mail.envelope
  return (
    <section class="card" aria-label="Facts">
      <Facts
        facts={[
          ...(mail.direction === 'out' ? sendingFacts(props) : receivingFacts(props)),
          registry === null ? null : ['Registry', registry],
          ['Envelope sender', senderWords(mail)],
          ['Envelope recipients', mail.envelope.to.join(', ')],
          remoteAddress === undefined
            ? null
            : ['SMTP client', `${remoteAddress}${helo === undefined ? '' : `, which called itself ${helo}`}`],
          [mail.direction === 'out' ? 'Written' : 'Received', <Time at={mail.receivedAt} words={words} />],
          ['SHA-256', <span class="mono">{mail.sha256}</span>],
        ]}
      />
    </section>
  )
}

const receivingFacts = ({ mail, orders, maySeeRules }: MailPageProps): Fact[] => {
  const [stage, evidence] = [stageWords(mail), evidenceWords(mail)]
  return [
    ['Stage', stage === null || stage === mail.stage ? <Stage stage={mail.stage} /> : stage],
    ...(evidence === null ? [] : [["Sender's domain", evidence] as const]),
    ...mail.replies.flatMap((reply) => replyFacts(reply, { mail, maySeeRules })),
    ...orders.map(orderFact),
  ]
}

const replyFacts = (
  reply: MailView['replies'][number],
  { mail, maySeeRules }: { mail: MailView; maySeeRules: boolean },
): Fact[] => [
  ['Reply', replyWords(reply)],
  ...(reply.domain === null
    ? []
    : [['About', <DomainLink name={reply.domain} label={hostWords(reply.domain)} />] as const]),
  ...(reply.rule === undefined
    ? []
    : [['Read by', <RuleName rule={reply.rule} linked={maySeeRules} mail={mail} />] as const]),
  ['Effect', reply.effect],
]

type RuleNameProps = { rule: { id: string; title: string; version: number }; linked: boolean; mail: MailView }

const RuleName = ({ rule: { id, title, version }, linked, mail: { connection } }: RuleNameProps) => {
  const label = `the rule "${title}", version ${version}`
  if (!linked || connection === null) return <>{label}</>
  return <a href={`/connections/${encodeURIComponent(connection)}/rules/${id}`}>{label}</a>
}

const orderFact = (order: OrderView): Fact => [
  'Order',
  <>
    <OrderLink id={order.id} label={orderWords(order)} />: {order.status}
  </>,
]

const sendingFacts = ({ carried, words }: MailPageProps): Fact[] => {
  if (carried === null) return []
  const { order, newerMail } = carried
  return [
    orderFact(order),
    ['Reference', <span class="mono">{order.request?.reference}</span>],
    ...(newerMail === null
      ? handOverFacts(order.request, words)
      : [
          [
            'Replaced',
            <>
              by a <MailLink id={newerMail} label="newer mail" /> with the same reference
            </>,
          ] as const,
        ]),
  ]
}

const handOverFacts = (request: OrderView['request'], words: TimeWords): Fact[] =>
  request === null
    ? []
    : [
        ['Handed over', request.sentAt === null ? 'not yet' : <Time at={request.sentAt} words={words} />],
        ...(request.answer === null ? [] : [["Server's answer", request.answer] as const]),
        ...(request.nextAttemptAt === null
          ? []
          : [['Next try', <Time at={request.nextAttemptAt} words={words} />] as const]),
      ]
