import { describe, expect, test } from 'vitest'
import { authenticate } from '../../../src/signing/authenticate.js'
import personality from '../../../src/simulator/core-srsp/personality.js'
import { createMemory, type RegistryMemory } from '../../../src/simulator/memory.js'
import type { Answer } from '../../../src/simulator/personality.js'
import { mimeOrder, openWorld } from '../gateway.js'

const CONTACT = ['Name: Erika Muster', 'Email: erika@example.net', 'Auth-Type: none']
const HOSTS = [
  'NS1-Handle: NS00017',
  'NS2-IP-Address: 192.0.2.53 198.51.100.53',
  'NS2-Domain-Name: ns2.example.net',
  'NS2-Contact-Handle: =tech',
]
const CONTACTS = [
  ...CONTACT.map((line) => `Admin-Contact-${line}`),
  ...['Tech-Contact-Handle: TC00042', 'Billing-Contact-Handle: =admin'],
]
const CREATE = ['Organization: Beispiel GmbH', 'Status: production', ...HOSTS, ...CONTACTS]

const request = (type: string, name: string | null, lines: readonly string[] = [], transaction = 'reg-1') =>
  [
    ...[
      'Payload-Version: 1.0',
      'Registrar-Id: reg.hoster.example',
      `Transaction-ID: ${transaction}`,
      `Request-Type: ${type}`,
    ],
    ...(name === null ? [] : ['TLD: info', `SLD: ${name}`]),
    ...lines,
  ].join('\n')

const handle = (text: string, memory: RegistryMemory): Answer => personality.handle({ text, subject: '' }, memory)
const lastOf = ({ text, later = [] }: Answer): string => later.at(-1) ?? text

/** A registry in whose memory `ours.info` is the gateway's. */
const registry = () => {
  const memory = createMemory({}, () => new Date('2026-06-01T12:00:00Z'))
  handle(request('create domain', 'ours', CREATE, 'reg-0'), memory)
  return memory
}

const without = (start: string) => CREATE.filter((line) => !line.startsWith(start))
const TRANSFER = ['Signer-Handle: AC00099', 'Authenticating-Key: Ab3-xY7_kQ']

describe('carries out, after it has acknowledged', () => {
  test.each<[string, string | null, string[], RegExp]>([
    [
      'create domain',
      'example',
      CREATE,
      /^Admin-Contact-Handle: AC\d+\nTech-Contact-Handle: TC00042\nBilling-Contact-Handle: AC\d+\nNS1-Handle: NS00017\nNS2-Handle: NS\d+$/m,
    ],
    ['Create Domain', 'EXAMPLE', CREATE, /^Request-State: succeeded$/m],
    [
      'create domain',
      'lame',
      [...CREATE, 'NS3-IP-Address: 192.0.2.1', 'NS3-Domain-Name: lame.example.net', 'NS3-Contact-Handle: =ns2'],
      /^Request-State: succeeded\nError-Code: 230001$/m,
    ],
    ['modify domain', 'ours', HOSTS, /^NS1-Handle: NS00017$/m],
    ['modify domain', 'ours', ['Organization: Other'], /^Request-State: succeeded$/m],
    ['renew domain', 'ours', [], /^Expiration-Date: 20270601 12:00:00$/m],
    ['remove domain', 'ours', [], /^Request-State: succeeded$/m],
    ['create contact', null, CONTACT, /^Contact-Handle: AC\d+$/m],
    ['create contact', null, ['Handle: mine', ...CONTACT, 'Organization: "of two\nlines"'], /^Contact-Handle: MINE$/m],
    ['modify contact', null, ['Handle: AC1', 'City: Bonn', 'Title: long \\', 'value'], /^Request-State: succeeded$/m],
  ])('%s %s', (type, name, lines, reply) => {
    const answer = handle(request(type, name, lines), registry())
    expect(answer.text).toMatch(
      /^Registrar-ID: reg\.hoster\.example\nTransaction-ID: reg-1\nResponse-Type: ack\nResolver-Sequence: \d+$/,
    )
    expect(answer).toMatchObject({ outcome: 'success', returnsOrder: true, reference: 'reg-1' })
    expect(lastOf(answer)).toMatch(/^Registrar-ID: .*\nTransaction-ID: reg-1\nResponse-Type: reply\n/)
    expect(lastOf(answer)).toMatch(reply)
  })

  test('a transfer with the key of a contact', () => {
    const memory = registry()
    const text = request('transfer domain', 'transfer-me').replace('\nTLD', `\n${TRANSFER.join('\n')}\nTLD`)
    expect(lastOf(handle(text, memory))).toMatch(/succeeded/)
    expect(memory.find('transfer-me.info')?.provider).toBe('gateway')
  })
})

describe('does not carry out', () => {
  test.each<[string, string, string | null, string[]]>([
    ['430002', 'create domain', 'ours', CREATE],
    ['430002', 'create domain', 'taken-1', CREATE],
    ['430003', 'create domain', 'refuse-me', CREATE],
    ['430005', 'create domain', 'example', without('Organization')],
    ['430005', 'create domain', 'example', without('Status')],
    ['430005', 'create domain', 'example', without('NS2')],
    ['430005', 'create domain', 'example', without('NS2-Contact')],
    ['430005', 'create domain', 'example', without('Admin-Contact-Email')],
    ['430005', 'create domain', 'example', [...CREATE, 'Admin-Contact-Handle: AC1']],
    ['430005', 'create domain', 'example', CREATE.map((line) => line.replace('192.0.2.53', '2001:db8::1'))],
    ['430006', 'create domain', 'example', CREATE.map((line) => line.replace('TC00042', 'UNKNOWN1'))],
    ['430006', 'create domain', 'example', CREATE.map((line) => line.replace('TC00042', '=billing'))],
    ['430001', 'modify domain', 'nobodys', HOSTS],
    ['430004', 'remove domain', 'taken-1', []],
    ['440001', 'transfer domain', 'transfer-me', TRANSFER.map((line) => line.replace('kQ', 'xx'))],
    ['430006', 'transfer domain', 'transfer-me', TRANSFER.map((line) => line.replace('AC00099', 'UNKNOWN'))],
    ['430005', 'transfer domain', 'ours', TRANSFER],
    ['430005', 'create contact', null, CONTACT.slice(1)],
    ['430006', 'modify contact', null, CONTACT],
    ['420002', 'remove contact', null, ['Handle: AC1']],
  ])('%s: %s %s', (code, type, name, lines) => {
    const answer = handle(request(type, name, lines), registry())
    expect(lastOf(answer)).toMatch(new RegExp(`^Request-State: failed\nError-Code: ${code}\nError-Text: .+$`, 'm'))
    expect(answer.outcome).toBe('failed')
  })
})

describe('answers at once', () => {
  test('a question', () => {
    const answer = handle(request('inquire domain', 'ours'), registry())
    expect(answer.later).toBeUndefined()
    expect(answer.text).toMatch(/^Organization: Beispiel GmbH\nStatus: production\nNS1-Domain-Name: ns00017\n/m)
  })

  test.each<[string, (text: string) => string]>([
    ['a line that is no field', (text) => `${text}\nhello`],
    ['a keyword twice', (text) => `${text}\ntld: info`],
    ['a value that is not in ASCII', (text) => text.replace('info', 'ïnfo')],
    ['a value that is too long', (text) => `${text}\nComment: ${'x'.repeat(256)}`],
    ['fields in another order', (text) => text.replace(/(.*\n)(.*\n)/, '$2$1')],
    ['another version', (text) => text.replace('1.0', '1.1')],
    ['no such name', (text) => text.replace('SLD: ours', 'SLD: a b')],
    ['a transaction of two words', (text) => text.replace('reg-1', 'reg 1')],
  ])('a failure for %s', (_, change) => {
    const text = request('renew domain', 'ours')
    expect(change(text)).not.toBe(text)
    expect(handle(change(text), registry()).text).toMatch(/^Request-State: failed\nError-Code: 420001$/m)
  })
})

describe('a transaction that comes again', () => {
  test('is answered as it was, and not carried out twice', () => {
    const memory = registry()
    const [first, again] = [1, 2].map(() => handle(request('renew domain', 'ours'), memory))
    if (first === undefined || again === undefined) throw new Error('no answers')
    expect(again.text).toBe(lastOf(first))
    expect(lastOf(handle(request('renew domain', 'ours', [], 'reg-2'), memory))).toMatch(/^Expiration-Date: 2028/m)
  })

  test('fails where it is another request', () => {
    const memory = registry()
    handle(request('renew domain', 'ours'), memory)
    expect(handle(request('remove domain', 'ours'), memory).text).toMatch(/430007/)
    expect(memory.find('ours.info')).not.toBeNull()
  })
})

test('what it tells unasked is prose, and only of domains of the gateway', () => {
  const memory = registry()
  const tell = (name: string) => personality.tell('moved', { text: request('renew domain', name), subject: '' }, memory)
  expect([tell('taken-1'), tell('ours')]).toEqual([null, expect.stringMatching(/ours\.info was transferred/)])
  expect(memory.find('ours.info')?.provider).toBe('another')
})

test('a refusal is one, whatever it is asked; mails that are not the gateway’s are thrown away', () => {
  const refusal = personality.refuse({ text: request('renew domain', 'ours'), subject: '' })
  expect(refusal.text).toMatch(/^Request-State: failed\nError-Code: 490001$/m)
  expect(personality.unauthenticated('no key')).toBeNull()
})

test('over SMTP: an acknowledgement, then the reply and the request that it answers, signed as one', async () => {
  const world = await openWorld({ protocol: 'core-srsp' })
  try {
    const text = request('create domain', 'example', CREATE)
    await world.send({ octets: await mimeOrder(world.gateway.privateKey, text) })
    const mails = await world.sink.mails(2)
    const read = await Promise.all(
      mails.map(({ octets }) =>
        authenticate({
          ...{ raw: octets, several: true, registryAddresses: [], receivedAt: new Date() },
          trust: { schemes: ['openpgp-mime'], maxAge: 60_000, weak: [] },
          keys: [
            {
              ...{ file: 'robot.asc', notBefore: null, notAfter: null, names: null, format: 'openpgp' as const },
              bytes: Buffer.from(world.robot.publicKey),
            },
          ],
        }),
      ),
    )
    const [ack, reply] = read.map(({ content }) => content?.parts.map(({ type }) => type))
    expect([ack, reply]).toEqual([['text/plain'], ['text/plain', 'multipart/signed']])
    expect(read[1]?.content?.parts[1]?.text.trimEnd()).toBe(text)
  } finally {
    await world.close()
  }
})
