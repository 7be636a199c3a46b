import { answerOrder, type Received, type Registry } from './answer-order.js'
import type { Behaviour } from './behaviours.js'
import { createDeliverer, type Delivery, RETRY_PAUSES_MS } from './deliver.js'
import { sentenceOf } from './errors.js'
import type { Outgoing } from './faults.js'
import { startIntake, type Taken } from './intake.js'
import { generateKeyPair, openPrivateKey, openPublicKeys } from './keys.js'
import { createMemory, type RegistryMemory, type Seed } from './memory.js'
import type { Answer } from './personality.js'
import { loadProtocol } from './protocols.js'

export type SimulatorOptions = {
  /** A folder beside this file. */
  protocol: string
  /** Port 0: any that is free. */
  listen: { host: string; port: number }
  /** The gateway's mail server. */
  deliverTo: { host: string; port: number }
  /** The registry's private key, armored. */
  key: string
  passphrase?: string | undefined
  /** The gateway's public key or keys, armored. */
  trust: string
  /** The robot's own address. */
  address?: string
  behave?: Behaviour
  /** How long an answer waits before it leaves. */
  delayMs?: number
  /** The same, for `late`. */
  lateMs?: number
  retryPausesMs?: readonly number[]
  seed?: Seed
  log?: (line: SimulatorLine) => void
}

/** What happened, for a log of one JSON object a line. `signature` is `good`, or why it is not. */
export type SimulatorLine = { at: string } & (
  | ({ event: 'order'; behave: Behaviour; from: string; messageId: string | null; signature: string } & OrderFacts)
  | ({ event: 'answer'; inReplyTo: string | null; from: string; to: string } & Delivery)
  | { event: 'fault'; text: string }
)

type OrderFacts = { [K in 'action' | 'domain' | 'reference' | 'outcome']: Answer[K] | null }

export type Simulator = {
  port: number
  /** Behaves that way from the next mail on. */
  behave(behaviour: Behaviour): void
  /** The newest ten thousand mails, oldest first. */
  received(): Received[]
  registry: Pick<RegistryMemory, 'find' | 'holdings'>
  /** Takes no more mails, drops the answers that have not left. */
  close(): Promise<void>
}

/**
 * A registry that takes orders by SMTP, verifies them with its own code, keeps its domains in memory, and sends signed
 * answers by SMTP to the Reply-To of each order. What names mean to it is in `memory.ts`, what faults it can have in
 * `behaviours.ts`. Throws `SimulatorError` where it cannot start.
 */
export const startSimulator = async (options: SimulatorOptions): Promise<Simulator> => {
  const registry = await openRegistry(options)
  const stopped = new AbortController()
  const log = options.log ?? (() => undefined)
  const send = createSending(options, registry, stopped.signal, log)
  const received: Received[] = []
  let behaviour = options.behave ?? 'honest'
  let underWay: Promise<void> = Promise.resolve()

  const work = async (record: Received): Promise<void> => {
    const mails = await answerOrder(record, registry)
    log({ event: 'order', at: stamp(), behave: record.behave, ...orderFacts(record) })
    send.start(record, mails)
  }
  const take = (taken: Taken): void => {
    const record: Received = { ...taken, at: new Date(), behave: behaviour, mail: null, answer: null }
    received.push(record)
    if (received.length > 10_000) received.shift()
    // One after the other, so that an order finds the registry as the order before it has left it.
    underWay = underWay
      .then(() => work(record))
      .catch((error: unknown) => log({ event: 'fault', at: stamp(), text: sentenceOf(error) }))
  }
  const refusal = () => REFUSALS[behaviour] ?? null
  const intake = await startIntake({ ...options.listen, name: hostOf(registry.address), take, refusal })
  return {
    port: intake.port,
    behave: (next) => {
      behaviour = next
    },
    received: () => [...received],
    registry: registry.memory,
    close: async () => {
      stopped.abort()
      await intake.close()
      await underWay
      await send.finished()
    },
  }
}

const openRegistry = async (options: SimulatorOptions): Promise<Registry> => {
  const address = options.address ?? 'robot@registry.example'
  const foreign = await generateKeyPair({ name: 'Registry robot', email: address })
  return {
    personality: await loadProtocol(options.protocol),
    memory: createMemory(options.seed),
    address,
    trusted: await openPublicKeys(options.trust),
    key: await openPrivateKey(options.key, options.passphrase),
    foreignKey: await openPrivateKey(foreign.privateKey, undefined),
    delayMs: options.delayMs ?? 0,
    lateMs: options.lateMs ?? 10_000,
  }
}

/** Delivers the answers of one order in their turn, those of different orders side by side. */
const createSending = (
  { deliverTo, retryPausesMs }: SimulatorOptions,
  { address }: Registry,
  signal: AbortSignal,
  log: (line: SimulatorLine) => void,
) => {
  const deliver = createDeliverer({
    ...deliverTo,
    name: hostOf(address),
    pausesMs: retryPausesMs ?? RETRY_PAUSES_MS,
    signal,
  })
  const underWay = new Set<Promise<void>>()
  const sendAll = async ({ mail }: Received, answers: Outgoing[]): Promise<void> => {
    for (const answer of answers) {
      const delivery = await deliver(answer)
      log({ event: 'answer', at: stamp(), inReplyTo: mail?.messageId ?? null, ...answer.envelope, ...delivery })
    }
  }
  return {
    start: (record: Received, answers: Outgoing[]): void => {
      const sending: Promise<void> = sendAll(record, answers).finally(() => underWay.delete(sending))
      underWay.add(sending)
    },
    finished: async (): Promise<void> => void (await Promise.all(underWay)),
  }
}

const REFUSALS: Partial<Record<Behaviour, { code: number; text: string }>> = {
  tempfail: { code: 451, text: '4.3.0 the registry is busy, try again later' },
  reject: { code: 550, text: '5.1.1 the registry knows no such mailbox' },
}

const orderFacts = ({ mail, envelope, answer }: Received) => ({
  from: envelope.from,
  messageId: mail?.messageId ?? null,
  signature: mail === null ? 'unread' : mail.order.ok ? 'good' : mail.order.reason,
  action: answer?.action ?? null,
  domain: answer?.domain ?? null,
  reference: answer?.reference ?? null,
  outcome: answer?.outcome ?? null,
})

const hostOf = (address: string): string => address.split('@').at(-1) ?? 'localhost'

const stamp = (): string => new Date().toISOString()
