import type { MailView, OrderView } from '../../core/views.js'
import type { CarriedRequest } from '../read-views.js'
import { MailAssignment } from './mail-assign.js'
import { MailLink, OrderLink, Time } from './parts.js'
import { evidenceWords, orderWords, replyWords, stageWords, type TimeWords, verdictWords } from './words.js'

export type MailPageProps = {
  mail: MailView
  /** What an outbound mail asks the registry for. */
  carried: CarriedRequest | null
  /** The orders that an inbound mail is about. */
  orders: readonly OrderView[]
  /** The mail as text, or why its octets cannot be had. */
  raw: { text: string; cut: boolean } | { reason: string }
  /** Whether a form is offered that says what it means. */
  mayAssign?: boolean
  words: TimeWords
}

export const MailPage = (props: MailPageProps) => (
  <>
    <h1>{props.mail.direction === 'out' ? 'Mail to the registry' : 'Mail that came in'}</h1>
    <p class="lead">{verdictWords(props.mail, props.words)}</p>
    <section class="card" aria-label="Facts">
      <dl class="facts">
        {props.mail.direction === 'out' ? <Sending {...props} /> : <Receiving {...props} />}
        <Envelope {...props} />
      </dl>
    </section>
    {props.mayAssign === true ? <MailAssignment mail={props.mail} /> : null}
    <Octets {...props} />
  </>
)

const Envelope = ({ mail, words }: MailPageProps) => (
  <>
    <dt>Envelope sender</dt>
    <dd>{mail.envelope.from === '' ? 'the null sender <>' : mail.envelope.from}</dd>
    <dt>Envelope recipients</dt>
    <dd>{mail.envelope.to.join(', ')}</dd>
    <dt>{mail.direction === 'out' ? 'Written' : 'Received'}</dt>
    <dd>
      <Time at={mail.receivedAt} words={words} />
    </dd>
    <dt>SHA-256</dt>
    <dd class="mono">{mail.sha256}</dd>
  </>
)

const Receiving = ({ mail, orders }: MailPageProps) => {
  const stage = stageWords(mail)
  const evidence = evidenceWords(mail)
  return (
    <>
      {stage === null ? null : <Row name="Stage" value={stage} />}
      {evidence === null ? null : <Row name="Sender's domain" value={evidence} />}
      {mail.replies.map((reply) => (
        <>
          <Row name="Reply" value={replyWords(reply)} />
          <Row name="Effect" value={reply.effect} />
        </>
      ))}
      {orders.map((order) => (
        <OrderRow order={order} />
      ))}
    </>
  )
}

const Row = ({ name, value }: { name: string; value: string }) => (
  <>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </>
)

const OrderRow = ({ order }: { order: OrderView }) => (
  <>
    <dt>Order</dt>
    <dd>
      <OrderLink id={order.id} label={orderWords(order)} />: {order.status}
    </dd>
  </>
)

const Sending = ({ carried, words }: MailPageProps) =>
  carried === null ? null : (
    <>
      <OrderRow order={carried.order} />
      <dt>Reference</dt>
      <dd class="mono">{carried.order.request?.reference}</dd>
      {carried.newerMail === null ? <HandOver request={carried.order.request} words={words} /> : null}
      {carried.newerMail === null ? null : (
        <>
          <dt>Replaced</dt>
          <dd>
            by a <MailLink id={carried.newerMail} label="newer mail" /> with the same reference
          </dd>
        </>
      )}
    </>
  )

const HandOver = ({ request, words }: { request: OrderView['request']; words: TimeWords }) =>
  request === null ? null : (
    <>
      <dt>Handed over</dt>
      <dd>{request.sentAt === null ? 'not yet' : <Time at={request.sentAt} words={words} />}</dd>
      {request.answer === null ? null : <Row name="Server's answer" value={request.answer} />}
      {request.nextAttemptAt === null ? null : (
        <>
          <dt>Next try</dt>
          <dd>
            <Time at={request.nextAttemptAt} words={words} />
          </dd>
        </>
      )}
    </>
  )

const Octets = ({ mail, raw }: MailPageProps) => (
  <section class="card" aria-labelledby="raw">
    <h2 id="raw">The mail itself</h2>
    {'reason' in raw ? (
      <p class="soft">They cannot be shown: {raw.reason}.</p>
    ) : (
      <>
        <p>
          <a href={`/mails/${encodeURIComponent(mail.id)}/raw`}>Download the mail ({mail.size} octets)</a>
        </p>
        <pre>{raw.text}</pre>
      </>
    )}
    {'cut' in raw && raw.cut ? <p class="soft">Only the first 256 KiB are shown.</p> : null}
  </section>
)
