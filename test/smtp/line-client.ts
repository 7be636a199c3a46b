import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'

export type LineClient = {
  /** The next whole answer, its lines joined by LF. */
  reply(): Promise<string>
  /** Sends a line and awaits the answer. */
  say(line: string): Promise<string>
  /** EHLO, MAIL and RCPT; resolves to the last answer. */
  envelope(options?: { from?: string; to?: string[] }): Promise<string>
  /** DATA with these octets as they are, no dot added; resolves after 354. */
  data(octets: Buffer | string): Promise<void>
  write(octets: Buffer | string): void
  /** Everything that came so far. */
  seen(): string
  /** Resolves when the server has closed the connection. */
  closed: Promise<void>
  secure(options: { ca: string; maxVersion?: 'TLSv1.1' }): Promise<void>
  end(): void
}

/** An SMTP client that sends what it is told and reads answers; the greeting is read already unless `early`. */
export const connectClient = async (port: number, options: { early?: boolean } = {}): Promise<LineClient> => {
  let socket: Socket | TLSSocket = connect({ host: '127.0.0.1', port })
  let unread = ''
  let all = ''
  let wake: (() => void) | null = null
  let gone = false
  const plain = socket
  const closed = new Promise<void>((resolve) => {
    plain.once('close', () => {
      gone = true
      wake?.()
      resolve()
    })
  })
  const attach = (to: Socket): void => {
    to.on('error', () => {})
    to.on('data', (chunk: Buffer) => {
      unread += chunk.toString('latin1')
      all += chunk.toString('latin1')
      wake?.()
    })
  }

  const reply = async (): Promise<string> => {
    for (;;) {
      const whole = /^(?:\d{3}-[^\n]*\r\n)*\d{3}(?: [^\n]*)?\r\n/.exec(unread)?.[0]
      if (whole !== undefined) {
        unread = unread.slice(whole.length)
        return whole.trimEnd().replaceAll('\r', '')
      }
      if (gone) throw new Error(`the server closed the connection; it had said: ${all}`)
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  const say = (line: string): Promise<string> => {
    socket.write(`${line}\r\n`)
    return reply()
  }

  attach(socket)
  await once(socket, 'connect')
  plain.setNoDelay(true)
  if (options.early !== true) await reply()
  return {
    reply,
    say,
    closed,
    seen: () => all,
    write: (octets) => {
      socket.write(octets)
    },
    envelope: async ({ from = 'registry@registry.example', to = ['robot@in.example'] } = {}) => {
      await say('EHLO client.example')
      let last = await say(`MAIL FROM:<${from}>`)
      for (const address of to) last = await say(`RCPT TO:<${address}>`)
      return last
    },
    data: async (octets) => {
      const answer = await say('DATA')
      if (!answer.startsWith('354')) throw new Error(`DATA was refused: ${answer}`)
      socket.write(octets)
    },
    secure: async (tls) => {
      const below = socket
      below.removeAllListeners('data')
      const above = connectTls({
        socket: below,
        host: '127.0.0.1',
        minVersion: 'TLSv1',
        ciphers: 'ALL:@SECLEVEL=0',
        ...tls,
      })
      socket = above
      attach(above)
      await once(above, 'secureConnect')
    },
    end: () => {
      socket.destroy()
    },
  }
}
