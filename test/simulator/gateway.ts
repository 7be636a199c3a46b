import { EventEmitter, once } from 'node:events'
import { type ParsedMail, simpleParser } from 'mailparser'
import { createTransport } from 'nodemailer'
import { createCleartextMessage, createMessage, readPrivateKey, sign } from 'openpgp'
import { SMTPServer } from 'smtp-server'
import { generateKeyPair } from '../../src/simulator/keys.js'
import {
  type Simulator,
  type SimulatorLine,
  type SimulatorOptions,
  startSimulator,
} from '../../src/simulator/simulator.js'

export type Arrived = { octets: Buffer; from: string; to: string[]; mail: ParsedMail }

/** A gateway of the tests' own: a mail server that keeps what it gets, and a client that sends signed orders. */
export type World = Awaited<ReturnType<typeof openWorld>>

export const openWorld = async (options: Partial<SimulatorOptions> = {}) => {
  const [gateway, robot] = await Promise.all([
    generateKeyPair({ name: 'Gateway', email: 'gateway@example.net' }),
    generateKeyPair({ name: 'Robot', email: 'robot@registry.example' }),
  ])
  const sink = await openSink()
  const lines: SimulatorLine[] = []
  const bell = new EventEmitter()
  const simulator = await startSimulator({
    protocol: 'denic',
    listen: { host: '127.0.0.1', port: 0 },
    deliverTo: { host: '127.0.0.1', port: sink.port },
    key: robot.privateKey,
    trust: gateway.publicKey,
    retryPausesMs: [5, 5, 5, 5],
    log: (line) => {
      lines.push(line)
      bell.emit('line')
    },
    ...options,
  })
  return {
    simulator,
    sink,
    gateway,
    robot,
    lines,
    /** Waits until the log has a line that fits. */
    logged: async (fits: (line: SimulatorLine) => boolean): Promise<SimulatorLine> => {
      for (;;) {
        const line = lines.find(fits)
        if (line !== undefined) return line
        await once(bell, 'line')
      }
    },
    send: (mail: { octets: Buffer; from?: string }) => sendTo(simulator, mail),
    close: async () => {
      await simulator.close()
      await sink.close()
    },
  }
}

/** A mail server that can be told to answer the next recipients with an error. */
export const openSink = async (port = 0) => {
  const arrived: Arrived[] = []
  const refusals: number[] = []
  const bell = new EventEmitter()
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    closeTimeout: 100,
    onRcptTo: (_address, _session, done) => {
      const code = refusals.shift()
      done(code === undefined ? null : Object.assign(new Error('told to'), { responseCode: code }))
    },
    onData: (stream, { envelope }, done) => {
      const read = async () => {
        const octets = Buffer.concat(await stream.toArray())
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address
        const to = envelope.rcptTo.map(({ address }) => address)
        arrived.push({ octets, from, to, mail: await simpleParser(octets, { keepDeliveryStatus: true }) })
        bell.emit('mail')
      }
      read().then(() => done(), done)
    },
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()))
  const address = server.server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the sink has no port')
  return {
    port: address.port,
    arrived,
    /** Answers the next recipients with these codes. */
    refuseWith: (...codes: number[]) => refusals.push(...codes),
    /** The first `count` mails, once they are there. */
    mails: async (count: number): Promise<Arrived[]> => {
      while (arrived.length < count) await once(bell, 'mail')
      return arrived.slice(0, count)
    },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

export const REPLY_TO = 'orders@gateway.example'
export const BOUNCES = 'bounce+token@gateway.example'

export const sendTo = async (
  simulator: Pick<Simulator, 'port'>,
  { octets, from = BOUNCES }: { octets: Buffer; from?: string },
) => {
  const transport = createTransport({ host: '127.0.0.1', port: simulator.port, ignoreTLS: true })
  return transport.sendMail({ envelope: { from, to: 'robot@registry.example' }, raw: octets })
}

export const orderText = (name: string, changes: Record<string, string | string[]> = {}): string => {
  const fields: Record<string, string | string[]> = {
    Version: '5.0',
    Action: 'CREATE',
    Ctid: 'gw-1',
    Domain: name,
    Holder: 'DENIC-1234-MUSTER',
    Nserver: ['ns1.example.net', 'ns2.example.org'],
    ...changes,
  }
  return Object.entries(fields)
    .flatMap(([key, value]) => [value].flat().map((one) => `${key}: ${one}`))
    .join('\n')
}

const HEAD = (messageId: string) => [
  'From: Gateway <gateway@example.net>',
  `Reply-To: ${REPLY_TO}`,
  'To: robot@registry.example',
  'Subject: =?utf-8?Q?CREATE_b=C3=BCcher=2Ede?=',
  `Message-ID: ${messageId}`,
  'Auto-Submitted: auto-generated',
  'MIME-Version: 1.0',
]

export const clearOrder = async (
  privateKey: string,
  text: string,
  messageId = '<order-1@gateway.example>',
): Promise<Buffer> => {
  const signingKeys = await readPrivateKey({ armoredKey: privateKey })
  const body = await sign({ message: await createCleartextMessage({ text }), signingKeys })
  return mailOf([
    ...HEAD(messageId),
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    body,
  ])
}

export const mimeOrder = async (
  privateKey: string,
  text: string,
  messageId = '<order-1@gateway.example>',
): Promise<Buffer> => {
  const signingKeys = await readPrivateKey({ armoredKey: privateKey })
  const part = crlf(
    `Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n${Buffer.from(text).toString('base64')}\n`,
  )
  const message = await createMessage({ binary: new Uint8Array(Buffer.from(part)) })
  const signature = await sign({ message, signingKeys, detached: true })
  return mailOf([
    ...HEAD(messageId),
    'Content-Type: multipart/signed; micalg=pgp-sha512; protocol="application/pgp-signature"; boundary="b(1)+?"',
    '',
    'This is a signed mail.',
    '--b(1)+?',
    `${part}`,
    '--b(1)+?',
    'Content-Type: application/pgp-signature',
    '',
    signature.trimEnd(),
    '--b(1)+?--',
  ])
}

const crlf = (text: string) => text.replace(/\r?\n/g, '\r\n')
const mailOf = (lines: string[]) => Buffer.from(crlf(`${lines.join('\n')}\n`))
