import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server'
import { SimulatorError, sentenceOf } from './errors.js'

export type Taken = { octets: Buffer; envelope: { from: string; to: string[] } }

/** The registry's mail server. `refusal` says what every recipient is answered instead of 250; null: nothing. */
export const startIntake = async (options: {
  host: string
  port: number
  name: string
  refusal(): { code: number; text: string } | null
  take(mail: Taken): void
}): Promise<{ port: number; close(): Promise<void> }> => {
  const refuse = () => {
    const refusal = options.refusal()
    return refusal === null ? null : Object.assign(new Error(refusal.text), { responseCode: refusal.code })
  }
  const server = new SMTPServer({
    name: options.name,
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: MAX_OCTETS,
    rejectOversized: true,
    closeTimeout: 500,
    onRcptTo: (_address, _session, done) => done(refuse()),
    onData: (stream, { envelope }, done) => {
      collect(stream).then((octets) => {
        const error = refuse()
        if (error === null && !stream.sizeExceeded) {
          const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address
          options.take({ octets, envelope: { from, to: envelope.rcptTo.map(({ address }) => address) } })
        }
        done(error)
      }, done)
    },
  })
  // A client that breaks off is its own affair.
  server.on('error', () => undefined)
  return {
    port: await listen(server, options),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

const MAX_OCTETS = 1024 * 1024

const collect = async (stream: SMTPServerDataStream): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of stream) if (!stream.sizeExceeded) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const listen = (server: SMTPServer, { host, port }: { host: string; port: number }): Promise<number> =>
  new Promise((resolve, reject) => {
    const failed = (cause: Error) =>
      reject(
        new SimulatorError('listen', `--listen ${host}:${port}: ${sentenceOf(cause)}; choose another port`, {
          temporary: true,
          cause,
        }),
      )
    const socket = server.listen(port, host, () => {
      socket.off('error', failed)
      resolve(portOf(socket.address()))
    })
    socket.once('error', failed)
  })

const portOf = (address: string | AddressInfo | null): number =>
  typeof address === 'object' && address !== null ? address.port : 0
