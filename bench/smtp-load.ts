import { connect, type Socket } from 'node:net'
import { createInterface, type Interface } from 'node:readline'

/** Envelope and message; lines end with CR LF, dots are not stuffed yet. */
export type LoadMail = { from: string; to: string; raw: string }

/**
 * Sends mails over so many connections at once, each one after the other on its connection, and resolves when all were
 * answered with 250. Rejects with the first other answer.
 */
export const sendAll = async (port: number, mails: readonly LoadMail[], connections: number): Promise<void> => {
  const rest = [...mails].reverse()
  const worker = async (): Promise<void> => {
    const session = await openSession(port)
    for (let mail = rest.pop(); mail !== undefined; mail = rest.pop()) await session.send(mail)
    session.quit()
  }
  await Promise.all(Array.from({ length: Math.min(connections, mails.length) }, worker))
}

const openSession = async (port: number) => {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  const replies = createReplies(socket)
  await replies.expect('2')
  const say = async (line: string, code: string): Promise<void> => {
    socket.write(`${line}\r\n`)
    await replies.expect(code)
  }
  await say('EHLO load.example', '2')
  return {
    send: async ({ from, to, raw }: LoadMail): Promise<void> => {
      socket.write(`MAIL FROM:<${from}>\r\nRCPT TO:<${to}>\r\nDATA\r\n`)
      await replies.expect('2')
      await replies.expect('2')
      await replies.expect('3')
      await say(`${raw.replace(/^\./gm, '..')}.`, '2')
    },
    quit: () => void socket.end('QUIT\r\n'),
  }
}

/** The last lines of replies, in their order. */
const createReplies = (socket: Socket) => {
  const lines: Interface = createInterface({ input: socket }).on('error', () => undefined)
  const come: string[] = []
  let wake: (() => void) | null = null
  let failed: Error | null = null
  lines.on('line', (line) => {
    if (/^\d{3}-/.test(line)) return
    come.push(line)
    wake?.()
  })
  socket.once('error', (error) => {
    failed = error
    wake?.()
  })
  socket.once('close', () => {
    failed ??= new Error('the server closed the connection')
    wake?.()
  })
  return {
    expect: async (code: string): Promise<void> => {
      while (come.length === 0) {
        if (failed !== null) throw failed
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      const line = come.shift() ?? ''
      if (!line.startsWith(code)) throw new Error(`the server answered ${line}`)
    },
  }
}
