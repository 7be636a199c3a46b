import { Readable } from 'node:stream'
import type SMTPConnection from 'nodemailer/lib/smtp-connection'
import { messageOf } from '../core/errors.js'
import type { HandOver } from '../ports.js'
import { judgeFailure, oneLine } from './outcome.js'

/** How long the server may take to say goodbye once it has answered. */
const QUIT_MS = 5_000

/** How one session ended. */
export type Attempt = HandOver & {
  /** How far it came: not past the greeting, not past the last octet of the message, or past that. */
  reached: 'door' | 'session' | 'end'
}

/**
 * One SMTP session for one mail. The message is a stream that the client reads only after 354, and whose end it sees
 * only when it has taken the last octet: until then the final dot cannot have left, so the server cannot have the mail.
 */
export const handOver = (input: {
  client: SMTPConnection
  envelope: { from: string; to: string[] }
  raw: Buffer
  login: { user: string; pass: string } | null
  /** Host and port, for texts. */
  place: string
  totalMs: number
  /** Our own name in EHLO, where a server that bears it is ourselves; null where it may be a neighbour. */
  ownName: string | null
}): Promise<Attempt> =>
  new Promise((resolve) => {
    const { client, envelope, raw, login, place, ownName } = input
    let handedOver = false
    let settled = false

    const settle = (result: HandOver, atDoor = false): void => {
      if (settled) return
      settled = true
      clearTimeout(overall)
      // after a failure the session may be in the middle of the message, where QUIT would be content
      if (result.outcome === 'sent') sayGoodbye(client)
      else client.close()
      resolve({ ...result, reached: handedOver ? 'end' : atDoor ? 'door' : 'session' })
    }
    const fail = (error: unknown): void => {
      const response = textField(error, 'response')
      const message = handedOver
        ? `the connection to ${place} failed after the whole message had left: ${messageOf(error)}`
        : `no answer from ${place}: ${messageOf(error)}`
      settle(judge(error, { response, message, handedOver }), textField(error, 'command') === 'CONN')
    }
    const overall = setTimeout(() => fail(new Error('the session took too long')), input.totalMs)

    const send = (): void => {
      const message = Readable.from(slices(raw), { objectMode: false })
      message.once('end', () => {
        handedOver = true
      })
      client.send({ ...envelope, use8BitMime: /[\x80-\xff]/.test(raw.toString('latin1')) }, message, (error, info) => {
        if (error !== null) fail(error)
        else if (!handedOver) fail(new Error(`it answered ${info?.response} before the message had ended`))
        else
          settle({
            outcome: 'sent',
            answer: oneLine([info?.response ?? '', ...refusals(info?.rejectedErrors)].join('; ')),
          })
      })
    }
    client.on('error', fail)
    // the server may end the session with no error at all; an error that explains the end comes first, in this turn
    client.once('end', () => setImmediate(() => fail(new Error('the connection was closed'))))
    client.connect((error) => {
      if (error) fail(error)
      else if (ownName !== null && greetsAs(client.lastServerResponse) === ownName.toLowerCase())
        fail(new Error('it bears our own name, so the mail would come back to us'))
      else if (login === null) send()
      else client.login(login, (refused) => (refused ? fail(refused) : send()))
    })
  })

/** The name that a server gave in its answer to EHLO or HELO (RFC 5321, 4.1.1.1). */
const greetsAs = (answer: string | false): string | null =>
  /^250[ -](\S+)/.exec(answer === false ? '' : answer)?.[1]?.toLowerCase() ?? null

/** In slices, so that a server which stops reading stops us too. */
function* slices(raw: Buffer): Generator<Buffer> {
  for (let at = 0; at < raw.length; at += 65_536) yield raw.subarray(at, at + 65_536)
}

const judge = (error: unknown, ending: { response: string | null; message: string; handedOver: boolean }): HandOver => {
  const code = textField(error, 'code')
  const command = textField(error, 'command')
  // the client itself found the addresses or the message impossible: no other try will be better
  if (command === 'API' && code === 'EENVELOPE')
    return { outcome: 'refused', answer: oneLine(`not sent: ${messageOf(error)}`) }
  // a refused EHLO ends the session by itself only where STARTTLS was to follow; otherwise HELO is tried
  return judgeFailure({ ...ending, atTheDoor: code === 'EAUTH' || code === 'ETLS' || command === 'EHLO' })
}

const textField = (error: unknown, field: 'response' | 'code' | 'command'): string | null => {
  if (typeof error !== 'object' || error === null || !(field in error)) return null
  const value: unknown = Reflect.get(error, field)
  return typeof value === 'string' && value !== '' ? value : null
}

/** Of several recipients the server took the mail for some: the others are told in the answer. */
const refusals = (errors: readonly unknown[] = []): string[] =>
  errors.map((error) => `not taken for all: ${textField(error, 'response') ?? messageOf(error)}`)

const sayGoodbye = (client: SMTPConnection): void => {
  client.quit()
  const timer = setTimeout(() => client.close(), QUIT_MS)
  client.once('end', () => clearTimeout(timer))
}
