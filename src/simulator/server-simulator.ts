import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { SimulatorError, sentenceOf } from './errors.js'
import { createMemory, type RegistryMemory, type Seed } from './memory.js'
import { loadServer } from './protocols.js'
import type { ServerBehaviour } from './server-behaviours.js'
import type { Call, CallAnswer, Decides, ServerPersonality } from './server-personality.js'

export type ServerSimulatorOptions = {
  /** A folder beside this file. */
  protocol: string
  /** Port 0: any that is free. */
  listen: { host: string; port: number }
  /** The server's private key and its certificate, both as PEM. */
  key: string
  /** The accounts that may call: a name and its key a line, divided by a blank. */
  trust: string
  behave?: ServerBehaviour
  /** How long an answer waits before it leaves, and the same for `late`. */
  delayMs?: number
  lateMs?: number
  seed?: Seed
  log?: (line: ServerLine) => void
}

/** What happened, for a log of one JSON object a line. */
export type ServerLine = { at: string; event: 'call'; behave: ServerBehaviour; answered: boolean } & Pick<
  CallAnswer,
  'action' | 'domain' | 'outcome'
>

export type ServerSimulator = {
  port: number
  /** Behaves that way from the next call on. */
  behave(behaviour: ServerBehaviour): void
  /** Every call so far, oldest first. */
  calls(): readonly Call[]
  registry: Pick<RegistryMemory, 'find' | 'holdings'>
  close(): Promise<void>
}

/** Longer calls are not read. Octets. */
const LONGEST_CALL = 1024 * 1024

/**
 * A registry's server over HTTPS, which carries out orders by its own code and keeps its domains in memory. What names mean to
 * it is in `memory.ts`. Throws `SimulatorError` where it cannot start.
 */
export const startServerSimulator = async (options: ServerSimulatorOptions): Promise<ServerSimulator> => {
  const memory = createMemory(options.seed)
  const personality = (await loadServer(options.protocol))(memory)
  const accounts = readAccounts(options.trust)
  const calls: Call[] = []
  const stopped = new AbortController()
  let behaviour = options.behave ?? 'honest'

  const answer = async (call: Call): Promise<CallAnswer | null> => {
    const [behave, { delayMs = 0, lateMs = 10_000 }] = [behaviour, options]
    const made = makeAnswer(personality, { call, behave, accounts })
    const wait = behave === 'late' ? lateMs : delayMs
    if (wait > 0) await sleep(wait, undefined, { signal: stopped.signal })
    const { action, domain, outcome } = made ?? { action: null, domain: null, outcome: 'failed' as const }
    const answered = made !== null && !MUTE.includes(behave)
    options.log?.({ at: new Date().toISOString(), event: 'call', behave, answered, action, domain, outcome })
    return answered ? made : null
  }

  const server = openServer(options.key, (request, response) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= LONGEST_CALL) chunks.push(chunk)
      else request.destroy()
    })
    request.once('end', () => {
      const call = { headers: request.headers as Call['headers'], body: Buffer.concat(chunks) }
      calls.push(call)
      if (behaviour === 'unavailable') return void response.writeHead(503).end('try again later')
      answer(call).then(
        (made) => (made === null ? request.socket.destroy() : void response.end(made.body)),
        () => request.socket.destroy(),
      )
    })
  })
  await listen(server, options.listen)
  return {
    port: (server.address() as AddressInfo).port,
    behave: (next) => {
      behaviour = next
    },
    calls: () => [...calls],
    registry: memory,
    close: async () => {
      stopped.abort()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const MUTE: readonly ServerBehaviour[] = ['silent', 'lost-answer']

const DECIDES: Partial<Record<ServerBehaviour, Decides>> = { submits: 'later', declines: 'against', undecided: 'never' }

const makeAnswer = (
  personality: ServerPersonality,
  given: { call: Call; behave: ServerBehaviour; accounts: ReadonlyMap<string, string> },
): CallAnswer | null => {
  const { call, behave, accounts } = given
  if (behave === 'silent') return null
  if (behave === 'unknown-caller' || !personality.knows(call, accounts)) return personality.unknownCaller()
  if (behave === 'busy') return personality.busy()
  if (behave === 'refuse') return personality.refuse(call)
  if (behave === 'unknown-wording')
    return { body: 'your call is important to us', action: null, domain: null, outcome: 'failed' }
  return personality.handle(call, DECIDES[behave] ?? 'at-once')
}

const readAccounts = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .flatMap(([name, key]) => (name === undefined || key === undefined ? [] : [[name, key] as const])),
  )

const openServer = (pem: string, listener: Parameters<typeof createServer>[1]) => {
  try {
    return createServer({ key: pem, cert: pem }, listener)
  } catch (cause) {
    const text = `--key: it has no private key and certificate of a server (PEM, both in one file): ${sentenceOf(cause)}`
    throw new SimulatorError('key', text, { cause })
  }
}

const listen = (server: ReturnType<typeof createServer>, { host, port }: { host: string; port: number }) =>
  new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new SimulatorError('listen', `--listen ${host}:${port}: ${sentenceOf(cause)}`, { cause })),
    )
    server.listen(port, host, resolve)
  })
