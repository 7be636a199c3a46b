import { randomUUID } from 'node:crypto'
import { createCleartextMessage, generateKey, readPrivateKey, sign } from 'openpgp'
import type { LoadMail } from './smtp-load.js'

export const REPLY_TO = 'denic-main@in.hoster.example'
export const ROBOT = 'robot@registry.example'

/** Armored. */
export type BenchKey = { secret: string; public: string }
export type Algorithm = 'rsa2048' | 'rsa3072' | 'ed25519'

export const newKey = async (algorithm: Algorithm): Promise<BenchKey> => {
  const userIDs = [{ name: 'Bench', email: ROBOT }]
  // a day back: what a gateway finds must not come from a clock that is a second ahead
  const date = new Date(Date.now() - 86_400_000)
  const made = await generateKey({
    ...{ userIDs, date, format: 'armored' },
    ...(algorithm === 'ed25519'
      ? { type: 'ecc' as const, curve: 'ed25519Legacy' as const, subkeys: [] }
      : { type: 'rsa' as const, rsaBits: algorithm === 'rsa2048' ? 2_048 : 3_072, subkeys: [] }),
  })
  return { secret: made.privateKey, public: made.publicKey }
}

/** An unsigned mail of 3 KB that no other equals. */
export const someMail = (): LoadMail => ({
  from: ROBOT,
  to: REPLY_TO,
  raw: [...HEADER, `Message-ID: <${randomUUID()}@load.example>`, '', ...FILLER, ''].join('\r\n'),
})

const HEADER = [`From: <${ROBOT}>`, `To: <${REPLY_TO}>`, 'Subject: a load', 'Date: Thu, 01 Jan 2026 10:00:00 +0000']
const FILLER = Array.from({ length: 42 }, (_, line) =>
  `${String(line).padStart(2, '0')} ${'filler '.repeat(9)}`.trimEnd(),
)

/** What the registry answers to requests: success, clear-signed; one mail a reference. */
export const replyMails = async (references: readonly string[], key: BenchKey): Promise<LoadMail[]> => {
  const signingKeys = await readPrivateKey({ armoredKey: key.secret })
  const mails: LoadMail[] = []
  for (const reference of references) {
    const text = ['RESULT: success', `STID: ${randomUUID()}`, `CTID: ${reference}`].join('\n')
    const body = await sign({ message: await createCleartextMessage({ text }), signingKeys })
    const lines = [
      ...HEADER,
      'Content-Type: text/plain; charset=utf-8',
      '',
      body.replace(/\r?\n/g, '\r\n').trimEnd(),
      '',
    ]
    mails.push({ from: ROBOT, to: REPLY_TO, raw: lines.join('\r\n') })
  }
  return mails
}

/** The reference and the domain that a request mail names. */
export const readRequest = (raw: string): { reference: string; domain: string } => ({
  reference: /^Ctid: (\S+)/m.exec(raw)?.[1] ?? '',
  domain: /^Domain-Ace: (\S+)/m.exec(raw)?.[1] ?? '',
})

export const connectionFile = (relayPort: number) => ({
  title: 'bench',
  profile: 'denic',
  tlds: ['de'],
  mode: 'live',
  registry: { to: ROBOT, from: 'domains@hoster.example', replyTo: REPLY_TO },
  relay: { host: '127.0.0.1', port: relayPort, tls: false },
  signing: { scheme: 'openpgp-clear', key: 'gateway.asc' },
  trust: { keys: ['registry.asc'] },
  account: { regacc: 'DENIC-1234' },
  watch: { delegation: false },
})

export const orderBody = (number: number) => ({
  billingOrderId: `BENCH-${number}`,
  account: { id: 'bench', type: 'provider' },
  action: 'register',
  domain: `bench-${number}.de`,
  nameservers: [{ host: 'ns1.example.net' }, { host: 'ns2.example.org' }],
  contacts: { holder: { handle: 'DENIC-1234-MUSTER' } },
  price: { amount: '9.90', currency: 'EUR' },
})
