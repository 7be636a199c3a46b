import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Action } from '../../src/core/action.js'
import type { Mail } from '../../src/core/mail.js'
import type { Outcome, Reply } from '../../src/core/reply.js'
import { assignMail } from '../../src/flows/assign-mail.js'
import { bounceAddress } from '../../src/flows/connections.js'
import { addConnection } from '../../src/flows/manage-connections.js'
import { replayMail } from '../../src/flows/replay-mail.js'
import { parseKeyValue } from '../../src/profiles/key-value.js'
import type { MailProfile } from '../../src/profiles/profile.js'
import { openTestStore, temporaryFolder } from '../helpers/database.js'
import {
  aConnectionFile,
  addTestConnection,
  createTestGateway,
  signText,
  type TestGateway,
} from '../helpers/gateway.js'
import { inThreadReader } from '../helpers/reader.js'
import { byMail } from '../helpers/records.js'
import { type DkimKey, dkimKey, dkimSigned, type Zone, zoneDns } from '../helpers/sender-domain.js'

/**
 * A registry that never signs, whatever its protocol: its mails say `Quoted: <Message-ID>`, and what became of what. Its
 * requests are those of a profile that has templates.
 */
const neverSigns = (profile: MailProfile): MailProfile => ({
  ...profile,
  decodeUnsigned: ({ text, inReplyTo }) => {
    const read = parseKeyValue(text, { repeatable: new Set() })
    const said = read.ok ? read.value.sections[0] : null
    const reply: Reply = {
      ...{
        outcome: (said?.first('Outcome') ?? 'unrecognised') as Outcome,
        action: said?.first('Action') as Action | null,
      },
      ...{ domain: said?.first('Domain') ?? null, text: said?.first('Text') ?? 'It says nothing.', code: null },
      ...{ reference: null, ticket: null, findings: [], undelegatedUntil: null, expiresAt: null, nameservers: null },
      ...{ data: null, tidings: said?.first('Moved') === 'yes' ? MOVED : null },
    }
    return { messageId: said?.first('Quoted') ?? inReplyTo[0] ?? null, replies: [reply] }
  },
})
const MOVED = { kind: 'moved', at: null, from: null, to: 'somebody' } as const

const undoing: (() => unknown)[] = []
afterAll(async () => {
  for (const undo of undoing.splice(0).reverse()) await undo()
})

let gateway: TestGateway
/** The profile as it is: of a registry that signs. */
let signing: MailProfile
let believed = 0
let key: DkimKey
const connections: Record<string, string> = {}

beforeAll(async () => {
  const folder = temporaryFolder()
  undoing.push(() => rmSync(folder, { recursive: true, force: true }))
  const store = await openTestStore()
  undoing.push(store.close)
  gateway = await createTestGateway(store, folder)
  key = dkimKey()
  const signs = gateway.deps.profiles.get('denic')
  if (signs?.channel !== 'mail') throw new Error('there is no such profile')
  signing = signs
  gateway.deps.profiles = new Map([
    ['denic', neverSigns(signs)],
    ['signs', { ...signs, id: 'signs' }],
  ])
  gateway.deps.reader = inThreadReader(gateway.deps.profiles)
  gateway.deps.meter.unsignedBelieved = () => {
    believed += 1
  }
  const registry = { to: 'robot@registry.example', from: 'domains@hoster.example' }
  const open = async (title: string, trust: object, change: object = {}) => {
    const replyTo = `${title}@in.hoster.example`
    const file = { title, trust, registry: { ...registry, replyTo }, tlds: [], ...change }
    connections[title] = (await addConnection(gateway.deps, aConnectionFile(file), 'cli')).id
  }
  await open('main', { allowUnsigned: true })
  await open('other', { allowUnsigned: true })
  await open('wary', {})
  await open('named', { allowUnsigned: true, unsignedFrom: ['Unread@registry.example'] })
  await open('vouched', { allowUnsigned: true, senderChecks: 'require' })
})

type Quoted = { messageId: string; domain: string; action: Action; id: string; title: string }
let counter = 0

/** An order whose answer is awaited. */
const sent = async (title = 'main'): Promise<Quoted> => {
  const order = await gateway.place({ domain: `name-${++counter}.de`, connection: title })
  await gateway.run()
  const [request] = await gateway.deps.store.requests.findByOrder(order.id)
  if (request?.messageId == null) throw new Error('nothing was sent')
  return { messageId: request.messageId, domain: request.domain, action: request.action, id: order.id, title }
}

const status = async ({ id }: { id: string }) => (await gateway.order(id)).status

type Said = {
  outcome?: string
  domain?: string
  action?: string
  quoted?: string | null
  moved?: string
  text?: string
}

const lines = (to: Quoted, said: Said = {}): string[] => {
  const quoted = said.quoted === undefined ? to.messageId : said.quoted
  return [
    ...(quoted === null ? [] : [`Quoted: ${quoted}`]),
    `Outcome: ${said.outcome ?? 'done'}`,
    `Text: ${said.text ?? 'Create SUCCEEDED'}`,
    ...(said.domain === '' ? [] : [`Domain: ${said.domain ?? to.domain}`]),
    ...(said.action === '' ? [] : [`Action: ${said.action ?? to.action}`]),
    ...(said.moved === undefined ? [] : [`Moved: ${said.moved}`]),
  ]
}

const mailOf = (body: readonly string[], change: { from?: string; header?: string[]; type?: string } = {}): string =>
  [
    `From: ${change.from ?? 'Robot <robot@registry.example>'}`,
    ...(change.header ?? []),
    `Content-Type: ${change.type ?? 'text/plain; charset=utf-8'}`,
    '',
    ...body.join('\n').split(/\r?\n/),
    '',
  ].join('\r\n')

const receive = (raw: string | Buffer, { title }: Pick<Quoted, 'title'>): Promise<Mail> =>
  gateway.receive(raw, `${title}@in.hoster.example`)

const log = async (mail: Mail) =>
  (await gateway.deps.store.actions.list({}, { limit: 200, cursor: null })).items.filter(
    ({ mailId }) => mailId === mail.id,
  )

describe('a reply that nobody signed', () => {
  test.each([
    ['done', 'done', 'settled'],
    ['refused', 'refused', 'settled'],
    ['accepted', 'acknowledged', 'settled'],
  ])(
    '%s: settles the request whose Message-ID it quotes, and every one of them is told',
    async (outcome, ends, stage) => {
      const order = await sent()
      const before = believed
      const mail = await receive(mailOf(lines(order, { outcome })), order)
      expect(mail).toMatchObject({ stage, verdict: { kind: 'unsigned', fingerprint: null }, orders: [order.id] })
      expect(mail.verdict?.reason).toMatch(/^it carries no signature, and counts by the Message-ID that it quotes/)
      expect(await status(order)).toBe(ends)
      expect(believed - before).toBe(1)
      const warned = (await log(mail)).find(({ event }) => event === 'mail.unsigned-believed')
      expect(warned).toMatchObject({ level: 'warning', domain: order.domain, orderId: order.id })
      expect(warned?.text).toContain(order.messageId)
    },
  )

  test('may be marked as automatic, as robots mark their answers', async () => {
    const order = await sent()
    await receive(mailOf(lines(order), { header: ['Auto-Submitted: auto-replied'] }), order)
    expect(await status(order)).toBe('done')
  })

  test('comes from the addresses that the connection names, in any case', async () => {
    const order = await sent('named')
    const raw = mailOf(lines(order))
    expect(await receive(raw, order)).toMatchObject({
      ...{ stage: 'unrecognised', orders: [order.id] },
      reason: expect.stringMatching(/its From is robot@registry\.example, .* from unread@registry\.example/),
    })
    expect(await status(order)).toBe('sent')
    await receive(mailOf(lines(order, { text: 'Again' }), { from: '"RIPE" <unread@REGISTRY.example>' }), order)
    expect(await status(order)).toBe('done')
  })
})

/** What an attacker can write who was not told the Message-ID, or was told one of something else: nothing is looked at. */
const UNBOUND: [string, (order: Quoted, other: Quoted) => string | Promise<string>, Mail['stage']][] = [
  ['quotes no Message-ID', (order) => mailOf(lines(order, { quoted: null })), 'untrusted'],
  [
    'quotes that of another connection',
    (order, other) => mailOf(lines(order, { quoted: other.messageId })),
    'untrusted',
  ],
  [
    'quotes one with another domain',
    (order) => mailOf(lines(order, { quoted: order.messageId.replace('@', '@x.') })),
    'untrusted',
  ],
  ['quotes one in capitals', (order) => mailOf(lines(order, { quoted: order.messageId.toUpperCase() })), 'untrusted'],
  [
    'quotes the beginning of one',
    (order) => mailOf(lines(order, { quoted: `${order.messageId.slice(0, -2)}>` })),
    'untrusted',
  ],
  [
    'quotes one without its brackets',
    (order) => mailOf(lines(order, { quoted: order.messageId.slice(1, -1) })),
    'untrusted',
  ],
  ['is HTML', (order) => mailOf(lines(order), { type: 'text/html' }), 'untrusted'],
  [
    'is a part of another',
    (order) => mailOf(['--b', '', ...lines(order), '--b--'], { type: 'multipart/mixed; boundary=b' }),
    'quarantined',
  ],
  [
    'is in a character set that hides ASCII',
    (order) => mailOf(lines(order), { type: 'text/plain; charset=utf-7' }),
    'untrusted',
  ],
  ['has a control character', (order) => mailOf(lines(order, { text: 'a\u0085b' })), 'untrusted'],
  [
    'has a signature by a stranger',
    async (order) => mailOf([await signText(lines(order), 'stranger', gateway.now())]),
    'untrusted',
  ],
  [
    'has a signature that was tampered with',
    async (order) =>
      mailOf([
        (await signText(lines(order, { outcome: 'refused' }), 'rsa2048', gateway.now())).replace('refused', 'done'),
      ]),
    'untrusted',
  ],
  [
    'has armor and no signature',
    (order) => mailOf(['-----BEGIN PGP SIGNED MESSAGE-----', ...lines(order)]),
    'quarantined',
  ],
  ['quotes armor', (order) => mailOf([...lines(order), 'Note: > -----BEGIN PGP SIGNATURE-----']), 'untrusted'],
  [
    'says that it is signed',
    (order) => mailOf(lines(order), { type: 'multipart/signed; protocol="application/pgp-signature"; boundary=b' }),
    'quarantined',
  ],
  [
    'is an odd S/MIME',
    (order) => mailOf(lines(order), { type: 'application/pkcs7-mime; smime-type=signed-data' }),
    'quarantined',
  ],
]

describe('a forged mail that', () => {
  test.each(UNBOUND)('%s changes nothing and asks nobody', async (_, write, stage) => {
    const [order, other] = [await sent(), await sent('other')]
    const before = believed
    const mail = await receive(await write(order, other), order)
    expect(mail).toMatchObject({ stage, replies: [], orders: [] })
    expect([await status(order), await status(other), believed - before]).toEqual(['sent', 'sent', 0])
    const tickets = (await gateway.deps.store.tickets.list({}, { limit: 200, cursor: null })).items
    expect(tickets.filter(({ mailId }) => mailId === mail.id)).toEqual([])
    expect(await receive(mailOf(lines(order)), order)).toMatchObject({ stage: 'settled' })
  })

  test('answers for a person is an automatic reply, though it quotes the request', async () => {
    const order = await sent()
    const header = ['Auto-Submitted: auto-replied', `In-Reply-To: ${order.messageId}`]
    const mail = await receive(mailOf(['I am on holiday.'], { header }), order)
    expect(mail).toMatchObject({ stage: 'auto-reply', orders: [] })
  })

  test('comes to the bounce address of the request is no reply', async () => {
    const order = await sent()
    const [request] = await gateway.deps.store.requests.findByOrder(order.id)
    const connection = byMail(await gateway.deps.store.connections.get(connections['main'] ?? ''))
    const mail = await gateway.receive(mailOf(lines(order)), bounceAddress(connection, request?.bounceToken ?? ''))
    expect([mail.stage, await status(order)]).toEqual(['bounce', 'sent'])
  })
})

/** The secret is right, and yet: these wait for a person, with the order beside them. */
const HELD: [string, (order: Quoted) => string, RegExp][] = [
  [
    'comes from another address',
    (order) => mailOf(lines(order), { from: 'x@evil.example' }),
    /its From is x@evil\.example/,
  ],
  [
    'comes from two addresses',
    (order) => mailOf(lines(order), { from: 'robot@registry.example, x@evil.example' }),
    /its From is not one/,
  ],
  [
    'has two From fields',
    (order) => mailOf(lines(order), { header: ['From: robot@registry.example'] }),
    /its From is not one address/,
  ],
  [
    'has the address as a name',
    (order) => mailOf(lines(order), { from: '"robot@registry.example" <x@evil.example>' }),
    /its From is not one address/,
  ],
  ['names another domain', (order) => mailOf(lines(order, { domain: 'other.de' })), /the reply names other\.de/],
  ['names no domain', (order) => mailOf(lines(order, { domain: '' })), /does not name both the domain and the action/],
  ['names another action', (order) => mailOf(lines(order, { action: 'close' })), /the reply is about close/],
  ['names no action', (order) => mailOf(lines(order, { action: '' })), /does not name both the domain and the action/],
  [
    'tells what nobody asked',
    (order) => mailOf(lines(order, { outcome: 'notice', moved: 'yes' })),
    /tells what nobody asked for/,
  ],
  ['cannot be read', (order) => mailOf(lines(order, { outcome: 'unrecognised' })), /Create SUCCEEDED/],
]

describe('a mail that quotes the request and', () => {
  test.each(HELD)('%s waits for a person', async (_, write, reason) => {
    const order = await sent()
    const before = believed
    const mail = await receive(write(order), order)
    expect(mail).toMatchObject({ stage: 'unrecognised', verdict: { kind: 'unsigned' }, orders: [order.id] })
    expect(mail.reason).toMatch(reason)
    expect([await status(order), believed - before]).toEqual(['sent', 0])
    const tickets = (await gateway.deps.store.tickets.list({}, { limit: 200, cursor: null })).items
    expect(tickets.filter(({ mailId }) => mailId === mail.id)).toMatchObject([{ kind: 'unrecognised-mail' }])
    expect((await log(mail)).find(({ event }) => event === 'mail.unrecognised')?.text).toMatch(/^an unsigned mail/)
  })

  test('was answered before settles nothing: the same octets, the same text, another answer', async () => {
    const order = await sent()
    const raw = mailOf(lines(order))
    expect(await receive(raw, order)).toMatchObject({ stage: 'settled' })
    expect(await receive(raw, order)).toMatchObject({ stage: 'duplicate' })
    expect(await receive(mailOf(lines(order), { header: ['Message-ID: <new@evil.example>'] }), order)).toMatchObject({
      ...{ stage: 'duplicate', reason: 'the same text about the same request came in before' },
    })
    const contrary = await receive(mailOf(lines(order, { outcome: 'refused', text: 'No' })), order)
    expect(contrary).toMatchObject({
      stage: 'unrecognised',
      reason: expect.stringMatching(/waits for no answer any more/),
    })
    expect(await status(order)).toBe('done')
  })

  test('is judged once more when the connection has come to allow it', async () => {
    const order = await sent('wary')
    const mail = await receive(mailOf(lines(order)), order)
    expect(mail).toMatchObject({ stage: 'unrecognised', reason: expect.stringMatching(/trust\.allowUnsigned/) })
    expect(await status(order)).toBe('sent')
    const connection = byMail(await gateway.deps.store.connections.get(connections['wary'] ?? ''))
    const allowing = { ...connection, trust: { ...connection.trust, allowUnsigned: true } }
    await gateway.deps.store.connections.update(allowing, gateway.now())
    await replayMail(gateway.deps, mail.id, 'cli')
    await gateway.run()
    await gateway.deps.store.connections.update(connection, gateway.now())
    expect(await gateway.deps.store.mails.get(mail.id)).toMatchObject({ stage: 'settled', orders: [order.id] })
    expect(await status(order)).toBe('done')
  })
})

describe('a person', () => {
  const assign = (mail: Mail, domain: string) =>
    assignMail(gateway.deps, {
      ...{ id: mail.id, domain, outcome: 'done', note: 'whois shows it', code: null, actor: 'user:ann' },
    })

  test('may believe it of the very order that it quotes, and of no other', async () => {
    const [order, other] = [await sent('wary'), await sent('wary')]
    const mail = await receive(mailOf(lines(order)), order)
    await expect(assign(mail, other.domain)).rejects.toThrow(/says nothing of order/)
    expect(await assign(mail, order.domain)).toMatchObject({ stage: 'settled', verdict: { kind: 'unsigned' } })
    expect([await status(order), await status(other)]).toEqual(['done', 'sent'])
    const assigned = (await log(mail)).find(({ event }) => event === 'mail.assigned')
    expect(assigned).toMatchObject({ level: 'warning', text: expect.stringMatching(/although nobody signed it/) })
  })

  test('may not believe one that quotes nothing', async () => {
    const order = await sent('wary')
    const mail = await receive(mailOf(lines(order, { quoted: null })), order)
    await expect(assign(mail, order.domain)).rejects.toThrow(/not trusted \(it carries no signature/)
  })
})

describe('with trust.senderChecks: require', () => {
  const HOST = { remoteAddress: '192.0.2.10', helo: 'mx.registry.example' }
  const arrive = async (order: Quoted, zone: Zone) => {
    gateway.deps.reader = inThreadReader(gateway.deps.profiles, { resolve: zoneDns(zone).resolve })
    const raw = await dkimSigned(mailOf(lines(order)), 'registry.example', key)
    return gateway.receive(raw, 'vouched@in.hoster.example', 'bounces@registry.example', HOST)
  }
  const PUBLISHED = (): Zone => ({
    '_dmarc.registry.example TXT': ['v=DMARC1; p=reject'],
    's._domainkey.registry.example TXT': key.record,
  })

  test.each<[string, () => Zone, string, string]>([
    ['vouches for it, it settles', PUBLISHED, 'settled', 'done'],
    [
      'does not, it is quarantined',
      () => ({ '_dmarc.registry.example TXT': ['v=DMARC1; p=reject'] }),
      'quarantined',
      'sent',
    ],
    [
      'cannot be asked, a person decides',
      () => ({ '_dmarc.registry.example TXT': 'ESERVFAIL' }),
      'unrecognised',
      'sent',
    ],
  ])('where the domain of the registry %s', async (_, zone, stage, ends) => {
    const order = await sent('vouched')
    expect(await arrive(order, zone())).toMatchObject({ stage, verdict: { kind: 'unsigned' } })
    expect(await status(order)).toBe(ends)
  })
})

describe('a registry that signs', () => {
  test('is believed by its keys alone: a connection that says otherwise is refused', async () => {
    const trust = { allowUnsigned: true, unsignedFrom: ['robot@registry.example'] }
    const refused = addTestConnection(gateway, { profile: 'signs', title: 'signs', tlds: [], trust })
    await expect(refused).rejects.toMatchObject({
      problems: [
        { pointer: '/trust/keys', detail: expect.stringMatching(/is empty: name at least one key file/) },
        { pointer: '/trust/allowUnsigned', detail: expect.stringMatching(/never sign, and DENIC .* leave it out/) },
        { pointer: '/trust/unsignedFrom', detail: expect.stringMatching(/never sign/) },
      ],
    })
  })

  test('nor does it count where a row of the database says so', async () => {
    const order = await sent()
    gateway.deps.reader = inThreadReader(new Map([['denic', signing]]))
    const mail = await receive(mailOf(lines(order)), order)
    gateway.deps.reader = inThreadReader(gateway.deps.profiles)
    expect(mail).toMatchObject({ stage: 'untrusted', reason: 'it carries no signature', orders: [] })
    expect(await status(order)).toBe('sent')
  })
})
