import { createServer, type Socket } from 'node:net'

/** A mail as it came, with the time at which its final dot was read (milliseconds of `performance.now`). */
export type Arrived = { at: number; raw: string }

export type Sink = {
  port: number
  mails: Arrived[]
  /** Resolves when so many mails have come since the sink was opened. */
  count(wanted: number): Promise<void>
  close(): void
}

/** A registry's mail server that takes everything at once: no more than SMTP needs, so that it is never what is measured. */
export const openSink = async (): Promise<Sink> => {
  const mails: Arrived[] = []
  const waiting: { wanted: number; resolve(): void }[] = []
  const keep = (raw: string): void => {
    mails.push({ at: performance.now(), raw })
    for (const { wanted, resolve } of waiting) if (mails.length >= wanted) resolve()
  }
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
    converse(socket, keep)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the sink has no port')
  return {
    port: address.port,
    mails,
    count: (wanted) =>
      new Promise((resolve) => {
        if (mails.length >= wanted) resolve()
        else waiting.push({ wanted, resolve })
      }),
    close: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

const END = '\r\n.\r\n'

const converse = (socket: Socket, keep: (raw: string) => void): void => {
  let pending = ''
  let inData = false
  socket.setEncoding('latin1')
  socket.write('220 sink.example ESMTP\r\n')
  socket.on('data', (chunk) => {
    pending += chunk
    for (;;) {
      const end = pending.indexOf(inData ? END : '\r\n')
      if (end < 0) return
      const part = pending.slice(0, end)
      pending = pending.slice(end + (inData ? END.length : 2))
      if (inData) keep(part.replace(/^\.\./gm, '.'))
      const verb = part.slice(0, 4).toUpperCase()
      const reply = inData ? '250 taken' : (REPLIES[verb] ?? '250 yes')
      inData = !inData && verb === 'DATA'
      socket.write(`${reply}\r\n`)
      if (!inData && verb === 'QUIT') socket.end()
    }
  })
}

const REPLIES: Record<string, string> = { DATA: '354 go on', QUIT: '221 bye', EHLO: '250-sink.example\r\n250 8BITMIME' }
