import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { MxPolicy } from '../../src/core/connection.js'
import { createSmtpTransport } from '../../src/smtp/sender.js'
import { needs } from '../helpers/needs.js'
import { makeCertificate } from './certificate.js'
import { dnsOf, type Zone } from './fake-dns.js'
import { type FakeServer, type Script, startFakeServer } from './fake-server.js'
import { connectionTo, MAIL } from './sender-stage.js'

const HOSTS = ['127.0.0.1', '127.0.0.2', '127.0.0.3']
const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** Servers on one port, at an address each: the first MX of registry.example, the second and so on. */
const start = async (
  scripts: readonly Script[],
  tls?: Parameters<typeof startFakeServer>[1],
): Promise<FakeServer[]> => {
  const servers: FakeServer[] = []
  for (const [at, script] of scripts.entries()) {
    const server = await startFakeServer(script, tls, { host: HOSTS[at] ?? '', port: servers[0]?.port ?? 0 })
    servers.push(server)
    closing.push(server.close)
  }
  return servers
}

const ZONE: Zone = {
  'registry.example': { mx: HOSTS.map((_, at) => [10 * at, `mx${at}.registry.example`]) },
  ...Object.fromEntries(HOSTS.map((address, at) => [`mx${at}.registry.example`, { a: [address] }])),
}

const zoneOf = (count: number): Zone => ({
  ...ZONE,
  'registry.example': { mx: HOSTS.slice(0, count).map((_, at) => [10 * at, `mx${at}.registry.example`]) },
})

const send = async (
  servers: readonly FakeServer[],
  {
    mx = null,
    zone = zoneOf(servers.length),
    keysDir = '/nonexistent',
    hostname = 'gw.hoster.example',
    to = ['robot@registry.example'],
    total = 10_000,
    raw = MAIL,
  }: {
    mx?: MxPolicy | null
    zone?: Zone
    keysDir?: string
    hostname?: string
    to?: string[]
    total?: number
    raw?: Buffer
  } = {},
) => {
  const direct = { resolve: dnsOf(zone), random: () => 0, isOurs: () => false, port: servers[0]?.port ?? 1 }
  const transport = createSmtpTransport({ hostname, env: {}, keysDir, direct, timeouts: { total } })
  const connection = { ...connectionTo(null), mx }
  return transport.send({ connection, envelope: { from: 'bounce+abc@in.example', to }, raw })
}

const visited = (servers: readonly FakeServer[]) => servers.map(({ commands }) => commands.length > 0)

describe('the next server', () => {
  test('is not asked where the first took the mail', async () => {
    const servers = await start([{}, {}])
    expect(await send(servers)).toEqual({ outcome: 'sent', answer: '250 2.0.0 Ok: queued as 4XyZ12' })
    expect(servers.map(({ messages }) => messages)).toEqual([[MAIL], []])
    expect(servers[0]?.commands.slice(0, 3)).toEqual([
      'EHLO gw.hoster.example',
      'MAIL FROM:<bounce+abc@in.example>',
      'RCPT TO:<robot@registry.example>',
    ])
  })

  test.each<[string, Script]>([
    ['hangs up', { greeting: 'close' }],
    ['has no time', { greeting: '421 4.3.2 busy' }],
    ['serves nobody', { greeting: '554 5.3.2 no service here' }],
    ['refuses EHLO and HELO for now', { EHLO: '421 4.3.2 busy' }],
    ['defers the sender', { MAIL: '450 4.7.1 later' }],
    ['defers the recipient', { RCPT: '451 4.7.1 greylisted' }],
    ['defers the message', { DATA: '451 4.3.0 later' }],
  ])('is asked where the first %s', async (_, script) => {
    const servers = await start([script, {}])
    expect(await send(servers)).toMatchObject({ outcome: 'sent' })
    expect(servers[1]?.messages).toEqual([MAIL])
  })

  test('is asked where the first breaks off within the message', async () => {
    const servers = await start([{ content: 'close' }, {}])
    const raw = Buffer.concat([MAIL, Buffer.from('more than a socket takes at once\r\n'.repeat(200_000))])
    expect(await send(servers, { raw })).toMatchObject({ outcome: 'sent' })
    expect(servers[1]?.messages.map(({ length }) => length)).toEqual([raw.length])
  })

  test.each<[string, Script, string]>([
    ['takes it', {}, 'sent'],
    ['refuses the recipient', { RCPT: '550 5.1.1 no such user' }, 'refused'],
    ['refuses the sender', { MAIL: '550 5.7.1 no' }, 'refused'],
    ['refuses what it read', { dot: '554 5.6.0 no' }, 'refused'],
    ['defers what it read', { dot: '451 4.3.0 later' }, 'temporary'],
    ['hangs up after the last dot', { dot: 'close' }, 'uncertain'],
  ])('is never asked where the first %s', async (_, script, outcome) => {
    const servers = await start([script, {}])
    expect(await send(servers)).toMatchObject({ outcome })
    expect(visited(servers)).toEqual([true, false])
  })

  test('all in vain: for now, where one of them only had no time', async () => {
    const servers = await start([{ RCPT: '451 4.7.1 greylisted' }, { greeting: '554 5.3.2 no service here' }])
    expect(await send(servers)).toEqual({ outcome: 'temporary', answer: '451 4.7.1 greylisted' })
  })

  test('all in vain: for good, where nobody serves anybody', async () => {
    const servers = await start([{ greeting: '554 5.3.2 closed' }, { greeting: '554 5.3.2 closed too' }])
    expect(await send(servers)).toEqual({ outcome: 'refused', answer: '554 5.3.2 closed too' })
  })

  test('is not begun once the time for all of them is over', async () => {
    const servers = await start([{ EHLO: 'silent' }, {}])
    expect(await send(servers, { total: 200 })).toMatchObject({ outcome: 'temporary' })
    expect(visited(servers)).toEqual([true, false])
  })
})

describe('nothing is sent', () => {
  test('to a domain that takes no mail: refused', async () => {
    const zone: Zone = { 'registry.example': { mx: [[0, '']] } }
    expect(await send([], { zone })).toEqual({
      outcome: 'refused',
      answer: 'not sent: the domain registry.example takes no mail (null MX)',
    })
  })

  test('while the DNS is away', async () => {
    const zone: Zone = { 'registry.example': { fails: 'ETIMEOUT' } }
    expect(await send([], { zone })).toEqual({ outcome: 'temporary', answer: expect.stringContaining('ETIMEOUT') })
  })

  test('to a server that bears our own name', async () => {
    const servers = await start([{ EHLO: '250-GW.hoster.example\r\n250 8BITMIME' }])
    expect(await send(servers)).toEqual({ outcome: 'temporary', answer: expect.stringContaining('our own name') })
    expect(servers[0]?.commands).toEqual(['EHLO gw.hoster.example'])
  })

  test('to several recipients, who may be of several domains', async () => {
    const servers = await start([{}])
    expect(await send(servers, { to: ['a@registry.example', 'b@other.example'] })).toMatchObject({ outcome: 'refused' })
    expect(visited(servers)).toEqual([false])
  })
})

describe('a local address', () => {
  const from = (localAddress: string): MxPolicy => ({ tls: 'opportunistic', ca: null, localAddress })

  test('is what the server sees', async () => {
    const servers = await start([{}])
    expect(await send(servers, { mx: from('127.0.0.9') })).toMatchObject({ outcome: 'sent' })
    expect(servers[0]?.clients).toEqual(['127.0.0.9'])
  })

  test('of a family that no server has: temporary, naming it, and nobody is asked', async () => {
    const servers = await start([{}])
    const result = await send(servers, { mx: from('::1') })
    expect(result).toEqual({ outcome: 'temporary', answer: expect.stringContaining('mx.localAddress is ::1') })
    expect(servers[0]?.clients).toEqual([])
  })
})

describe('TLS', () => {
  const OFFERS: Script = { EHLO: '250-fake.example\r\n250 STARTTLS' }
  const REQUIRED: MxPolicy = { tls: 'starttls', ca: null, localAddress: null }

  test('is not needed where the server has none', async () => {
    const servers = await start([{}])
    expect(await send(servers)).toMatchObject({ outcome: 'sent' })
  })

  test('that is required and not offered: temporary, and nothing goes in clear', async () => {
    const servers = await start([{ STARTTLS: '502 5.5.1 what' }])
    expect(await send(servers, { mx: REQUIRED })).toMatchObject({ outcome: 'temporary' })
    expect(servers[0]?.commands).toEqual(['EHLO gw.hoster.example', 'STARTTLS'])
  })

  test('that is offered and fails: temporary, and nothing goes in clear', async () => {
    const servers = await start([{ ...OFFERS, STARTTLS: '454 4.7.0 later' }])
    expect(await send(servers)).toMatchObject({ outcome: 'temporary' })
    expect(servers[0]?.commands).toEqual(['EHLO gw.hoster.example', 'STARTTLS'])
  })

  test('is left alone where the connection says so', async () => {
    const servers = await start([OFFERS])
    expect(await send(servers, { mx: { tls: 'none', ca: null, localAddress: null } })).toMatchObject({
      outcome: 'sent',
    })
    expect(servers[0]?.commands).not.toContain('STARTTLS')
  })

  test('with an authority that cannot be read: temporary, naming the file', async () => {
    const servers = await start([OFFERS])
    const result = await send(servers, { mx: { tls: 'starttls', ca: 'registry-ca.pem', localAddress: null } })
    expect(result).toEqual({
      outcome: 'temporary',
      answer: expect.stringContaining('mx.ca: cannot read registry-ca.pem'),
    })
  })
})

const withOpenssl = await needs('openssl')
withOpenssl('TLS that is offered', () => {
  const OFFERS: Script = { EHLO: '250-fake.example\r\n250 STARTTLS' }
  const named = makeCertificate({ names: 'DNS:mx0.registry.example' })
  const another = makeCertificate({ names: 'DNS:mx9.registry.example' })

  const keysWith = async (cert: string): Promise<string> => {
    const keysDir = await mkdtemp(join(tmpdir(), 'sealpost-keys-'))
    closing.push(() => rm(keysDir, { recursive: true, force: true }))
    await writeFile(join(keysDir, 'ca.pem'), cert)
    return keysDir
  }

  test('is used, whoever vouches for it', async () => {
    const servers = await start([OFFERS], another)
    expect(await send(servers)).toMatchObject({ outcome: 'sent' })
    expect(servers[0]?.commands.filter((_, at) => servers[0]?.secure[at] !== true)).toEqual([
      'EHLO gw.hoster.example',
      'STARTTLS',
    ])
  })

  test('and required: the certificate is for the host that the MX record names', async () => {
    const servers = await start([OFFERS], named)
    const mx: MxPolicy = { tls: 'starttls', ca: 'ca.pem', localAddress: null }
    expect(await send(servers, { mx, keysDir: await keysWith(named.cert) })).toMatchObject({ outcome: 'sent' })
  })

  test.each([
    ['of another name', another, 'ca.pem', /mx0\.registry\.example/],
    ['of an authority that nobody knows', named, null, /self-signed/],
  ])('and required: a certificate %s is refused, and nothing goes in clear', async (_, certificate, ca, reason) => {
    const servers = await start([OFFERS], certificate)
    const keysDir = await keysWith(certificate.cert)
    const result = await send(servers, { mx: { tls: 'starttls', ca, localAddress: null }, keysDir })
    expect(result).toEqual({ outcome: 'temporary', answer: expect.stringMatching(reason) })
    expect(servers[0]?.commands).toEqual(['EHLO gw.hoster.example', 'STARTTLS'])
  })
})
