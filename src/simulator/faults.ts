import type { PrivateKey } from 'openpgp'
import type { Behaviour } from './behaviours.js'
import { composeBounce, rfc5322 } from './bounce.js'
import { type Body, clearSigned, composeMail, mimeSigned, multipart, plainBody } from './compose.js'
import type { Taken } from './intake.js'
import type { Answer, News } from './personality.js'
import type { ReadMail } from './read-mail.js'

/** A mail that is to go out. The null sender is the empty string. */
export type Outgoing = { envelope: { from: string; to: string }; octets: Buffer; afterMs: number }

/** What a behaviour has to work with: one mail, and what the registry would say to it. */
export type Job = {
  mail: ReadMail
  /** The verified text of the order; empty where the signature is bad. */
  order: string
  taken: Taken
  replyTo: string
  /** The robot's own address. */
  address: string
  key: PrivateKey
  foreignKey: PrivateKey
  delayMs: number
  lateMs: number
  now: Date
  /** Carries the order out; each call does it again. */
  handle(): Answer
  refuse(): Answer
  /** Does to the order's domain what it tells, unasked; null where the domain is not the gateway's. */
  tell(news: News): string | null
}

/** Behaviours that concern the answer; the others are said in the SMTP dialogue itself. */
export type Answering = Exclude<Behaviour, 'tempfail' | 'reject'>

export const isAnswering = (behaviour: Behaviour): behaviour is Answering => Object.hasOwn(PLANS, behaviour)

/** The mails that follow an order, in the order in which they leave. */
export const planAnswers = (behaviour: Answering, job: Job): Promise<Outgoing[]> => PLANS[behaviour](job)

const PLANS: Record<Answering, (job: Job) => Promise<Outgoing[]>> = {
  honest: async (job) => [await signedAnswer(job, job.handle().text)],
  silent: async () => [],
  late: async (job) => [{ ...(await signedAnswer(job, job.handle().text)), afterMs: job.lateMs }],
  refuse: async (job) => [await signedAnswer(job, job.refuse().text)],
  unsigned: async (job) => [mailOf(job, plainBody(job.handle().text))],
  'wrong-key': async (job) => [await signedAnswer({ ...job, key: job.foreignKey }, job.handle().text)],
  duplicate: async (job) => {
    const body = await signed(job.mail.form, job.handle().text, job.key)
    const first = mailOf(job, body)
    return [first, { ...first, afterMs: 0 }, { ...mailOf(job, body, traceOf(job)), afterMs: 0 }]
  },
  'twice-different': async (job) => {
    const first = await signedAnswer(job, job.handle().text)
    return [first, { ...(await signedAnswer(job, job.refuse().text)), afterMs: 0 }]
  },
  'quote-original': async (job) => [
    mailOf(job, wrapped(await signed(job.mail.form, job.handle().text, job.key), job.order)),
  ],
  'unknown-wording': async (job) => [await signedAnswer(job, UNKNOWN_WORDING)],
  'moves-away': (job) => answerAndTell(job, 'moved'),
  deletes: (job) => answerAndTell(job, 'deleted'),
  warns: (job) => answerAndTell(job, 'failing'),
  bounce: async ({ address, taken, now, delayMs }) => {
    const to = taken.envelope.from
    const recipient = taken.envelope.to[0] ?? address
    const octets = composeBounce({ address, to, recipient, octets: taken.octets, at: now })
    return [{ envelope: { from: '', to }, octets, afterMs: delayMs }]
  },
}

/** Nobody asked for the second mail; there is none about an order that names no domain of the gateway's. */
const answerAndTell = async (job: Job, news: News): Promise<Outgoing[]> => {
  const answer = await signedAnswer(job, job.handle().text)
  const text = job.tell(news)
  if (text === null) return [answer]
  const message = await signed(job.mail.form, text, job.key)
  return [answer, { ...mailOf(job, message), afterMs: 0 }]
}

/** What a registry of good faith sends: one signed answer in the form of the order. */
const signedAnswer = async (job: Job, text: string): Promise<Outgoing> =>
  mailOf(job, await signed(job.mail.form, text, job.key))

const UNKNOWN_WORDING = [
  'Dear partner,',
  '',
  'thank you for your message, which our service desk has received.',
  'A colleague will look into the matter within the next days.',
].join('\n')

const signed = (form: ReadMail['form'], text: string, key: PrivateKey): Promise<Body> =>
  form === 'mime' ? mimeSigned(text, key) : clearSigned(text, key)

const mailOf = (job: Job, body: Body, trace?: string): Outgoing => ({
  envelope: { from: job.address, to: job.replyTo },
  octets: composeMail({
    from: job.address,
    to: job.replyTo,
    subject: `Re: ${job.mail.subject}`,
    inReplyTo: job.mail.messageId,
    autoSubmitted: 'auto-generated',
    body,
    ...(trace === undefined ? {} : { trace }),
  }),
  afterMs: job.delayMs,
})

const traceOf = ({ address, now }: Job): string => {
  const host = address.split('@').at(-1)
  return `Received: from robot.${host} by relay.${host} with ESMTP; ${rfc5322(now)}`
}

/** The signed answer with a greeting before it and the order, quoted, after it; only the middle is signed. */
const wrapped = (body: Body, order: string): Body => {
  const quoted = order.trimEnd().replace(/^/gm, '> ')
  if (!body.type.startsWith('multipart/'))
    return plainBody(
      `This is the answer to your order.\n\n${body.octets.toString('utf8')}\nYour order was\n\n${quoted}`,
    )
  const signedPart = `Content-Type: ${body.type}\r\n\r\n${body.octets.toString('latin1')}`
  const text = plainBody(`Your order was\n\n${quoted}`)
  const quotedPart = `Content-Type: ${text.type}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${text.octets.toString('utf8')}`
  return { ...multipart('mixed', [signedPart, quotedPart]), encoding: text.encoding }
}
