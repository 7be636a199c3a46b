import { domainToASCII } from 'node:url'
import type { SMTPServerAddress, SMTPServerDataStream, SMTPServerSession } from 'smtp-server'
import { printable } from '../core/action-log.js'
import { messageOf } from '../core/errors.js'
import type { Envelope } from '../core/mail.js'
import type { Log } from '../ports.js'
import { type Collected, collect, createRoom } from './collect.js'
import { countHops, type Limits } from './limits.js'
import type { Sessions, Transaction } from './sessions.js'

/** The mailbox that every host has, whatever its domains: RFC 5321, 4.5.1. */
export type Postmaster = { kind: 'postmaster' }

/** `recipients` are what `mailbox` said of each address of `envelope.to`, in the same order. */
export type InboundMail<Mailbox> = { envelope: Envelope; raw: Buffer; recipients: (Mailbox | Postmaster)[] }

export type IntakeOptions<Mailbox> = {
  log: Log
  /** Who has this address, given in lower case with an A-label domain; null: nobody. Whatever it throws answers 451. */
  mailbox(address: string): Promise<Mailbox | null>
  /** Resolves when the mail is on disk: only then the client hears 250. Whatever it throws answers 451. */
  receive(mail: InboundMail<Mailbox>): Promise<{ id: string }>
}

/** An answer other than 250; `smtp-server` reads `responseCode`. The text begins with its code of RFC 3463. */
export class SmtpReply extends Error {
  override readonly name = 'SmtpReply'
  readonly responseCode: number

  constructor(responseCode: number, text: string) {
    super(text)
    this.responseCode = responseCode
  }
}

export type Intake = {
  /** Resolves when the recipient is one of ours and may have mail. @throws SmtpReply 452, 451, 550 */
  admit(recipient: SMTPServerAddress, session: SMTPServerSession): Promise<void>
  /**
   * Reads a message and stores it; resolves to the text after 250, or to null when the client is gone.
   *
   * @throws SmtpReply 552, 554, 452, 451
   */
  take(input: {
    stream: SMTPServerDataStream
    session: SMTPServerSession
    transaction: Transaction
  }): Promise<string | null>
}

/** What happens to a recipient and to a message, apart from the protocol around them. */
export const createIntake = <Mailbox>(options: IntakeOptions<Mailbox>, limits: Limits, sessions: Sessions): Intake => {
  const { log } = options
  const mailboxes = new WeakMap<SMTPServerAddress, Mailbox | Postmaster>()
  const room = createRoom(limits.buffered)

  const lookUp = async (address: string): Promise<Mailbox | Postmaster | null> => {
    if (address === 'postmaster') return { kind: 'postmaster' }
    try {
      return await options.mailbox(address)
    } catch (error) {
      log.error({ err: error, address: printable(address) }, `cannot look up a recipient: ${messageOf(error)}`)
      throw new SmtpReply(451, '4.3.0 cannot look up the recipient now; please try again later')
    }
  }

  const store = async (mail: InboundMail<Mailbox>): Promise<string> => {
    const { from, to, remoteAddress } = mail.envelope
    try {
      const { id } = await options.receive(mail)
      log.info({ mail: id, from, to, remoteAddress, size: mail.raw.length }, 'mail stored')
      return `2.0.0 stored as ${id}`
    } catch (error) {
      log.error(
        { err: error, from, to, remoteAddress },
        `cannot store a mail, it is left to its sender: ${messageOf(error)}`,
      )
      throw new SmtpReply(451, '4.3.0 cannot store the mail now; please try again later')
    }
  }

  return {
    admit: async (recipient, session) => {
      if (session.envelope.rcptTo.length >= limits.recipients)
        throw new SmtpReply(452, `4.5.3 at most ${limits.recipients} recipients a mail; send the rest in another`)
      const address = asciiAddress(recipient.address).toLowerCase()
      const mailbox = await lookUp(address)
      if (mailbox === null) {
        const { remoteAddress } = session
        log.info({ address: printable(address), remoteAddress }, 'SMTP recipient refused: nobody has this address')
        throw new SmtpReply(550, '5.1.1 nobody has this address here')
      }
      mailboxes.set(recipient, mailbox)
    },
    take: async ({ stream, session, transaction }) => {
      const cut = (reason: keyof typeof CUTS): void => {
        log.warn({ remoteAddress: session.remoteAddress }, `SMTP client cut off: ${CUTS[reason].text}`)
        sessions.cut(session, CUTS[reason].code, CUTS[reason].text)
      }
      const { mailFrom, rcptTo } = session.envelope
      const collected = await collect(stream, { limits, room, cut })
      if (collected.kind === 'broken') return null
      transaction.complete()
      if (collected.kind !== 'whole') throw refusal(collected.kind, limits)
      const { raw } = collected
      try {
        if (countHops(raw) > limits.hops)
          throw new SmtpReply(554, `5.4.6 more than ${limits.hops} Received fields: the mail runs in circles`)
        const recipients = rcptTo.flatMap((recipient) => mailboxes.get(recipient) ?? [])
        const text = await store({ envelope: envelopeOf({ mailFrom, rcptTo, session }), raw, recipients })
        transaction.stored()
        return text
      } finally {
        room.give(raw.length)
      }
    },
  }
}

const CUTS = {
  'too-big': { code: 552, text: '5.3.4 the message is far over the limit' },
  'too-slow': { code: 421, text: '4.4.2 the message comes too slowly; please try again' },
}

const refusal = (kind: Exclude<Collected['kind'], 'whole' | 'broken'>, limits: Limits): SmtpReply =>
  kind === 'too-big'
    ? new SmtpReply(552, `5.3.4 the message is larger than ${limits.size} octets`)
    : new SmtpReply(452, '4.3.1 too many mails at once; please try again later')

/** What a client says of itself may hold any letter of Unicode; it is kept to be shown, so nothing in it may deceive. */
const envelopeOf = (input: {
  mailFrom: SMTPServerAddress | false
  rcptTo: SMTPServerAddress[]
  session: SMTPServerSession
}): Envelope => {
  const { remoteAddress, hostNameAppearsAs: helo } = input.session
  return {
    from: input.mailFrom === false ? '' : printable(asciiAddress(input.mailFrom.address)),
    to: input.rcptTo.map((recipient) => printable(asciiAddress(recipient.address))),
    remoteAddress,
    ...(typeof helo === 'string' ? { helo: printable(helo) } : {}),
  }
}

/** The server hands over domains as U-labels; ours, and everybody's logs, have A-labels (RFC 5890). */
const asciiAddress = (address: string): string => {
  const at = address.lastIndexOf('@')
  const domain = address.slice(at + 1)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the ASCII range
  if (at < 0 || /^[\x00-\x7f]*$/.test(domain)) return address
  return `${address.slice(0, at)}@${domainToASCII(domain) || domain}`
}
