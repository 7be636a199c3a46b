import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { createSecureContext, TLSSocket } from 'node:tls'

export type Step =
  | 'greeting'
  | 'EHLO'
  | 'HELO'
  | 'STARTTLS'
  | 'AUTH'
  | 'MAIL'
  | 'RCPT'
  | 'DATA'
  | 'content'
  | 'dot'
  | 'QUIT'

/**
 * What the server does at each step: an answer, with or without its line end; `close`; `silent`; `stall`
 * (reads no more); or both an answer and
 * what comes after it. `content` is the first octets after 354; by default they are read on. What is not said goes well.
 */
export type Script = Partial<Record<Step, string | 'close' | 'silent' | 'stall' | { answer: string; close: true }>>

export type FakeServer = {
  port: number
  /** The addresses that clients came from. */
  clients: (string | undefined)[]
  /** Command lines, in order. */
  commands: string[]
  /** Octets between 354 and the final dot, as they were on the wire. */
  messages: Buffer[]
  /** Whether it has come to this step. */
  reached(step: Step): boolean
  /** After `content: 'stall'`: reads on to the end of the connection; resolves to what still came. */
  rest(): Promise<Buffer>
  /** Whether each command came over TLS. */
  secure: boolean[]
  close(): Promise<void>
}

const DEFAULTS: Record<Step, string> = {
  greeting: '220 fake.example ESMTP',
  EHLO: '250-fake.example\r\n250-8BITMIME\r\n250 SIZE 104857600',
  HELO: '250 fake.example',
  STARTTLS: '220 2.0.0 go ahead',
  AUTH: '235 2.7.0 welcome',
  MAIL: '250 2.1.0 ok',
  RCPT: '250 2.1.5 ok',
  DATA: '354 go on',
  content: '',
  dot: '250 2.0.0 Ok: queued as 4XyZ12',
  QUIT: '221 2.0.0 bye',
}

const goesAhead = (act: Script[Step] = DEFAULTS.STARTTLS): boolean => typeof act === 'string' && act.startsWith('220')

/** A mail server that plays a script; it knows just enough SMTP to be lied by. */
export const startFakeServer = async (
  script: Script = {},
  tls?: {
    cert: string
    key: string
    implicit?: boolean
    minVersion?: 'TLSv1'
    maxVersion?: 'TLSv1.1'
    ciphers?: string
  },
  listen: { host: string; port: number } = { host: '127.0.0.1', port: 0 },
): Promise<FakeServer> => {
  const [commands, messages, secure]: [string[], Buffer[], boolean[]] = [[], [], []]
  const reached = new Set<Step>()
  const sockets = new Set<Socket>()
  let stalled: Socket | null = null
  const context = tls === undefined ? undefined : createSecureContext(tls)

  const serve = (socket: Socket): void => {
    let pending = Buffer.alloc(0)
    let inMessage = false
    const play = (step: Step): void => {
      reached.add(step)
      const act = script[step] ?? DEFAULTS[step]
      if (act === 'close') return void socket.destroy()
      if (act === 'stall') {
        stalled = socket.pause()
        socket.removeAllListeners('data')
        return
      }
      if (act === 'silent' || act === '') return
      if (typeof act === 'string') return void socket.write(`${act}\r\n`)
      socket.end(`${act.answer}\r\n`)
    }
    const command = (line: string): void => {
      commands.push(line)
      secure.push(socket instanceof TLSSocket)
      const verb = line.slice(0, 8).split(/[ :]/)[0]?.toUpperCase() ?? ''
      const step = (Object.keys(DEFAULTS) as Step[]).find((name) => name === verb)
      if (step === undefined) return void socket.write('500 what\r\n')
      play(step)
      inMessage = step === 'DATA' && script.DATA === undefined
      if (step === 'STARTTLS' && context !== undefined && goesAhead(script.STARTTLS)) {
        socket.removeListener('data', read)
        serve(secured(socket))
      }
    }
    const read = (chunk: Buffer): void => {
      if (inMessage && script.content !== undefined) return void play('content')
      pending = Buffer.concat([pending, chunk])
      for (;;) {
        const mark = inMessage ? '\r\n.\r\n' : '\r\n'
        const at = pending.indexOf(mark)
        if (at < 0) return
        const taken = pending.subarray(0, inMessage ? at + 2 : at)
        pending = pending.subarray(at + mark.length)
        if (!inMessage) command(taken.toString())
        else {
          messages.push(taken)
          inMessage = false
          play('dot')
        }
      }
    }
    socket.on('data', read)
    socket.on('error', () => {})
    if (!(socket instanceof TLSSocket) || tls?.implicit === true) play('greeting')
  }
  const secured = (socket: Socket): TLSSocket =>
    new TLSSocket(socket, { isServer: true, ...(context === undefined ? {} : { secureContext: context }) })

  const clients: (string | undefined)[] = []
  const server = createServer((socket) => {
    clients.push(socket.remoteAddress)
    sockets.add(socket)
    socket.on('error', () => {})
    serve(tls?.implicit === true ? secured(socket) : socket)
  })
  server.listen(listen.port, listen.host)
  await once(server, 'listening')
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('no port')
  return {
    port: bound.port,
    clients,
    commands,
    messages,
    secure,
    reached: (step) => reached.has(step),
    rest: async () => {
      const chunks: Buffer[] = []
      for await (const chunk of stalled ?? []) chunks.push(chunk)
      return Buffer.concat(chunks)
    },
    close: async () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
