import type { MailConnection, Relay } from '../../src/core/connection.js'
import type { HandOver } from '../../src/ports.js'
import { createSmtpTransport, type SendTimeouts } from '../../src/smtp/sender.js'
import { type FakeServer, type Script, startFakeServer } from './fake-server.js'

export const MAIL = Buffer.from('From: gw@hoster.example\r\nSubject: x\r\n\r\nVersion: 5.0\r\n')
const ENVELOPE = { from: 'bounce+abc@in.example', to: ['robot@registry.example'] }

export type Sending = {
  relay?: Partial<Relay>
  raw?: Buffer
  envelope?: { from: string; to: string[] }
  env?: Readonly<Record<string, string | undefined>>
  keysDir?: string
  hostname?: string
  timeouts?: Partial<SendTimeouts>
}

export const sendTo = (port: number, sending: Sending = {}): Promise<HandOver> => {
  const { relay, raw = MAIL, envelope = ENVELOPE, env = {}, keysDir = '/nonexistent', timeouts = {} } = sending
  const { hostname = 'gw.hoster.example' } = sending
  const transport = createSmtpTransport({ hostname, env, keysDir, timeouts, direct: NO_DNS })
  return transport.send({ connection: connectionTo({ port, ...relay }), envelope, raw })
}

const nobody = async () => {
  throw new Error('this test asks no DNS')
}
const NO_DNS = { resolve: { mx: nobody, a: nobody, aaaa: nobody }, random: () => 0, isOurs: () => false, port: 25 }

export const connectionTo = (relay: Partial<Relay> | null): MailConnection => ({
  id: 'c-1',
  title: 'test',
  profile: 'test',
  tlds: [],
  mode: 'live',
  channel: 'mail',
  registry: { to: 'robot@registry.example', from: 'gw@hoster.example', replyTo: 'r@in.example', test: null },
  relay:
    relay === null
      ? null
      : {
          host: '127.0.0.1',
          port: 25,
          tls: 'none',
          user: null,
          passwordEnv: null,
          ca: null,
          localAddress: null,
          ...relay,
        },
  mx: null,
  dkim: null,
  signing: { scheme: 'openpgp-clear', keys: [{ file: 'k.asc', passphraseEnv: null, notBefore: null, notAfter: null }] },
  trust: {
    keys: [],
    schemes: ['openpgp-clear'],
    maxAge: 1,
    allowUnsigned: false,
    unsignedFrom: null,
    weak: [],
    senderChecks: 'off',
  },
  checkEvery: 1,
  reconcile: false,
  rate: null,
  replyTimeout: 1,
  account: {},
  defaults: { nameservers: [], contacts: {} },
  agreement: null,
  expiry: null,
  lookup: null,
  watch: null,
  support: null,
  transferChecklist: null,
  setup: false,
  dnsPrepare: 'off',
  transferAway: 'ask',
  belowRegistrable: 'refuse',
  paused: false,
  createdAt: new Date(0),
})

export const withServer = async <T>(script: Script, work: (server: FakeServer) => Promise<T>): Promise<T> => {
  const server = await startFakeServer(script)
  try {
    return await work(server)
  } finally {
    await server.close()
  }
}
