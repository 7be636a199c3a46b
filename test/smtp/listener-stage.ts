import type { Log } from '../../src/ports.js'
import { type InboundMail, type Listener, type ListenerOptions, startListener } from '../../src/smtp/listener.js'
import { connectClient, type LineClient } from './line-client.js'

export type Mailbox =
  | { kind: 'reply'; connectionId: string }
  | { kind: 'bounce'; token: string }
  | { kind: 'postmaster' }

export type Bench = {
  listener: Listener
  mails: InboundMail<Mailbox>[]
  asked: string[]
  log: string[]
  open(options?: { early?: boolean }): Promise<LineClient>
}

/** A listener that knows robot@in.example and two more, and everything that came of it. */
export const withListener = async <T>(
  options: Partial<ListenerOptions<Mailbox>>,
  work: (bench: Bench) => Promise<T>,
): Promise<T> => {
  const [mails, asked, log]: [InboundMail<Mailbox>[], string[], string[]] = [[], [], []]
  const listener = await startListener({
    listen: { host: '127.0.0.1', port: 0 },
    hostname: 'mx.in.example',
    perAddress: 1,
    maxClients: 20,
    log: keepLog(log),
    mailbox: async (address) => {
      asked.push(address)
      return MAILBOXES.get(address) ?? null
    },
    receive: async (mail) => {
      mails.push(mail)
      return { id: `m-${mails.length}` }
    },
    ...options,
  })
  const clients: LineClient[] = []
  const open = async (how?: { early?: boolean }): Promise<LineClient> => {
    const client = await connectClient(listener.port, how)
    clients.push(client)
    return client
  }
  try {
    return await work({ listener, mails, asked, log, open })
  } finally {
    for (const client of clients) client.end()
    await listener.close()
  }
}

const MAILBOXES = new Map<string, Mailbox>([
  ['robot@in.example', { kind: 'reply', connectionId: 'c-1' }],
  ['robot@xn--bcher-kva.example', { kind: 'reply', connectionId: 'c-2' }],
  ['bounce+abc123@in.example', { kind: 'bounce', token: 'abc123' }],
])

/** Keeps every line: its message, and its fields as JSON. */
export const keepLog = (lines: string[]): Log => {
  const keep = (fields: object, message: string): void => {
    lines.push(`${message} ${JSON.stringify(fields)}`)
  }
  return { debug: keep, info: keep, warn: keep, error: keep }
}

export const MAIL = 'From: a@registry.example\r\nSubject: x\r\n\r\nRESULT: success\r\n'

/** What some servers took for the end of a message: only CR LF . CR LF is (RFC 5321, 4.1.1.4). */
export const SMUGGLES = [
  '\n.\n',
  '\n.\r\n',
  '\r\n.\n',
  '\r.\r',
  '\r\n.\r',
  '\n.\r',
  '\r.\r\n',
  '\r\n\0.\r\n',
  '\r\n.\0\r\n',
]

/** Whether a client got as far as that before the server hung up on it. */
export const gotThere = async ({ seen }: LineClient, act: () => Promise<unknown>): Promise<boolean> => {
  try {
    await act()
  } catch {
    return false
  }
  return !seen().includes('\r\n421 ')
}

/** A promise that the test resolves. */
export const deferred = <T>() => {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
