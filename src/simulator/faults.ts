import type { PrivateKey } from 'openpgp'
import type { Behaviour } from './behaviours.js'
import { composeBounce, rfc5322 } from './bounce.js'
import { type Body, clearSigned, composeMail, mimeSigned, multipart, newMessageId, plainBody } from './compose.js'
import type { Taken } from './intake.js'
import type { Answer, News, Personality } from './personality.js'
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
  /** What the registry quotes above an answer; null for one that signs. */
  quote: NonNullable<Personality['quote']> | null
  /** Carries the order out; each call does it again. */
  handle(): Answer
  refuse(): Answer
  /** Does to the order's domain what it tells, unasked; null where the domain is not the gateway's. */
  tell(news: News): string | null
  ask(): string | null
}

/** Behaviours that concern the answer; the others are said in the SMTP dialogue itself. */
export type Answering = Exclude<Behaviour, 'tempfail' | 'reject'>

export const isAnswering = (behaviour: Behaviour): behaviour is Answering => Object.hasOwn(PLANS, behaviour)

/** The mails that follow an order, in the order in which they leave. */
export const planAnswers = (behaviour: Answering, job: Job): Promise<Outgoing[]> => PLANS[behaviour](job)

const PLANS: Record<Answering, (job: Job) => Promise<Outgoing[]>> = {
  honest: (job) => signedAnswer(job, job.handle()),
  silent: async () => [],
  late: async (job) => (await signedAnswer(job, job.handle())).map((mail) => ({ ...mail, afterMs: job.lateMs })),
  refuse: (job) => signedAnswer(job, job.refuse()),
  unsigned: async (job) => {
    const answer = job.handle()
    return bodiesOf(job, answer).map((text) => mailOf(job, plainBody(text), { subject: answer.subject }))
  },
  'wrong-key': async (job) => {
    const answer = job.handle()
    const bodies = await signedBodies({ ...job, key: job.foreignKey }, answer, sealed)
    return bodies.map((body) => mailOf(job, body, { subject: answer.subject }))
  },
  duplicate: async (job) => {
    const answer = job.handle()
    const bodies = await signedBodies(job, answer)
    const mails = bodies.map((body) => mailOf(job, body, { subject: answer.subject }))
    const again = bodies.slice(-1).map((body) => mailOf(job, body, { subject: answer.subject, trace: traceOf(job) }))
    return [...mails, ...[...mails.slice(-1), ...again].map(atOnce)]
  },
  'twice-different': async (job) => [
    ...(await signedAnswer(job, job.handle())),
    ...(await signedAnswer(job, job.refuse())).map(atOnce),
  ],
  'quote-original': async (job) => {
    const answer = job.handle()
    const bodies = await signedBodies(job, answer)
    return bodies.map((body) => mailOf(job, wrapped(body, job.order), { subject: answer.subject }))
  },
  misquotes: (job) => {
    const mail = { ...job.mail, messageId: newMessageId(job.address) }
    return signedAnswer({ ...job, mail }, job.handle())
  },
  'unknown-wording': async (job) => [mailOf(job, await signed(job, UNKNOWN_WORDING))],
  'moves-away': (job) => answerAndTell(job, () => job.tell('moved')),
  deletes: (job) => answerAndTell(job, () => job.tell('deleted')),
  warns: (job) => answerAndTell(job, () => job.tell('failing')),
  'asks-away': (job) => answerAndTell(job, job.ask),
  bounce: async ({ address, taken, now, delayMs }) => {
    const to = taken.envelope.from
    const recipient = taken.envelope.to[0] ?? address
    const octets = composeBounce({ address, to, recipient, octets: taken.octets, at: now })
    return [{ envelope: { from: '', to }, octets, afterMs: delayMs }]
  },
}

const atOnce = (mail: Outgoing): Outgoing => ({ ...mail, afterMs: 0 })

/** Nobody asked for the last mail; there is none about an order that names no domain of the gateway's. */
const answerAndTell = async (job: Job, tell: () => string | null): Promise<Outgoing[]> => {
  const answers = await signedAnswer(job, job.handle())
  const text = tell()
  if (text === null) return answers
  const message = await signed(job, text)
  return [...answers, atOnce(mailOf(job, message))]
}

/**
 * What a registry of good faith sends: its answer, signed in the form of the order unless it never signs; several mails where it
 * decides later.
 */
const signedAnswer = async (job: Job, answer: Answer): Promise<Outgoing[]> => {
  const bodies = await signedBodies(job, answer)
  return bodies.map((body) => mailOf(job, body, { subject: answer.subject }))
}

/** The texts of an answer, each below what the registry quotes of the mail that it answers. */
const bodiesOf = (
  { quote, mail: { messageId, subject }, replyTo, now }: Job,
  { text, later = [] }: Answer,
): string[] => {
  const quoted = quote?.({ messageId, subject, replyTo, at: now }) ?? ''
  return [text, ...later].map((one) => `${quoted}${one}`)
}

const UNKNOWN_WORDING = [
  'Dear partner,',
  '',
  'thank you for your message, which our service desk has received.',
  'A colleague will look into the matter within the next days.',
].join('\n')

/** The bodies of an answer; an order that is given back is in the last, in the form that can have parts. */
const signedBodies = (job: Job, answer: Answer, write = signed): Promise<Body[]> => {
  const texts = bodiesOf(job, answer)
  const order = answer.returnsOrder === true ? job.mail.part : null
  const besideOf = (index: number) => answer.beside ?? (index === texts.length - 1 ? order : null)
  return Promise.all(texts.map((text, index) => write(job, text, besideOf(index))))
}

/** As the registry signs, or does not. */
const signed = async (job: Job, text: string, beside: string | null = null): Promise<Body> =>
  job.quote === null ? sealed(job, text, beside) : plainBody(text)

const sealed = ({ mail, key }: Job, text: string, beside: string | null = null): Promise<Body> =>
  mail.form === 'mime' ? mimeSigned(text, key, beside) : clearSigned(text, key)

/** Without a `subject` it is that of the order, behind `Re: `; `trace` goes on top, as a relay would put it there. */
const mailOf = (
  job: Job,
  body: Body,
  { subject, trace }: { subject?: string | undefined; trace?: string } = {},
): Outgoing => ({
  envelope: { from: job.address, to: job.replyTo },
  octets: composeMail({
    from: job.address,
    to: job.replyTo,
    subject: subject ?? `Re: ${job.mail.subject}`,
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
