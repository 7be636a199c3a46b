import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import type { Relay } from '../../src/core/connection.js'
import { needs } from '../helpers/needs.js'
import { makeCertificate } from './certificate.js'
import { type Script, startFakeServer } from './fake-server.js'
import { MAIL, sendTo, withServer } from './sender-stage.js'

describe('STARTTLS', () => {
  test.each<{ title: string; script: Script }>([
    { title: 'is not known', script: { STARTTLS: '502 5.5.1 what' } },
    { title: 'is not to be had now', script: { STARTTLS: '454 4.7.0 later' } },
    { title: 'cannot be: the server knows HELO only', script: { EHLO: '502 5.5.1 what' } },
  ])('that $title: temporary, and nothing goes in clear', ({ script }) =>
    withServer(script, async (server) => {
      expect(await sendTo(server.port, { relay: { tls: 'starttls' } })).toMatchObject({ outcome: 'temporary' })
      expect(server.commands.filter((line) => !/^(EHLO|STARTTLS)/.test(line))).toEqual([])
    }),
  )

  test('is not used where the connection has none', () =>
    withServer({ EHLO: '250-fake.example\r\n250 STARTTLS' }, async (server) => {
      expect(await sendTo(server.port)).toMatchObject({ outcome: 'sent' })
      expect(server.commands).not.toContain('STARTTLS')
    }))

  test('with an authority that cannot be read: temporary, naming the file', () =>
    withServer({}, async (server) => {
      const result = await sendTo(server.port, { relay: { tls: 'starttls', ca: 'relay-ca.pem' } })
      expect(result).toEqual({ outcome: 'temporary', answer: expect.stringContaining('relay-ca.pem') })
      expect(server.commands).toEqual([])
    }))
})

/** The certificate is what the server shows and what is pinned: all that is wrong is what it says of itself. */
const both = (server: { cert: string; key: string }) => ({ server, pinned: server.cert })

const withOpenssl = await needs('openssl')
withOpenssl('TLS', () => {
  const certificate = makeCertificate()
  const folders: string[] = []
  afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))))

  /** A folder of keys in which `ca.pem` is this certificate. */
  const keysWith = async (cert: string): Promise<string> => {
    const keysDir = await mkdtemp(join(tmpdir(), 'sealpost-keys-'))
    folders.push(keysDir)
    await writeFile(join(keysDir, 'ca.pem'), cert)
    return keysDir
  }

  type Case = {
    script?: Script
    server?: Parameters<typeof startFakeServer>[1]
    pinned?: string
    relay?: Partial<Relay>
  }
  /** Sends to a server with this certificate while that one is pinned; resolves to what came of it and what was said. */
  const send = async ({ script = {}, server = certificate, pinned = certificate.cert, relay = {} }: Case) => {
    const fake = await startFakeServer(script, server)
    try {
      const keysDir = await keysWith(pinned)
      const env = { RELAY_PASSWORD: 'secret' }
      const result = await sendTo(fake.port, { relay: { tls: 'starttls', ca: 'ca.pem', ...relay }, keysDir, env })
      const inClear = fake.commands.filter((_, at) => fake.secure[at] !== true)
      return { result, fake, inClear }
    } finally {
      await fake.close()
    }
  }

  const modes = [{ tls: 'starttls' }, { tls: 'implicit' }] as const

  test.each(modes)('$tls with the authority that was given', async ({ tls }) => {
    const { result, fake, inClear } = await send({
      server: { ...certificate, implicit: tls === 'implicit' },
      relay: { tls },
    })
    expect(result).toMatchObject({ outcome: 'sent' })
    expect(inClear).toEqual(tls === 'implicit' ? [] : ['EHLO gw.hoster.example', 'STARTTLS'])
    expect(fake.messages).toEqual([MAIL])
  })

  const refused: [string, RegExp, Case][] = [
    ['an authority that nobody named', /self-signed certificate/, { relay: { ca: null } }],
    ['another authority than the one that was named', /self-signed certificate/, { pinned: makeCertificate().cert }],
    [
      'a certificate for another name',
      /127\.0\.0\.1 is not in the cert/,
      both(makeCertificate({ names: 'DNS:other.example' })),
    ],
    [
      'a certificate for another address',
      /127\.0\.0\.1 is not in the cert/,
      both(makeCertificate({ names: 'IP:127.0.0.2' })),
    ],
    ['a certificate that has run out', /expired/, both(makeCertificate({ isExpired: true }))],
    [
      'nothing newer than TLS 1.1',
      /protocol|before secure TLS/,
      { server: { ...certificate, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } },
    ],
  ]
  const cases = refused.flatMap(([title, reason, one]) => modes.map(({ tls }) => ({ title, reason, tls, one })))

  test.each(cases)(
    '$tls, a relay with $title: temporary, and nothing is said in clear',
    async ({ reason, tls, one }) => {
      const { server = certificate, relay } = one
      const { result, fake, inClear } = await send({
        ...one,
        server: { ...server, implicit: tls === 'implicit' },
        relay: { ...relay, tls, user: 'hoster', passwordEnv: 'RELAY_PASSWORD' },
      })
      expect(result).toEqual({ outcome: 'temporary', answer: expect.stringMatching(reason) })
      expect(inClear.filter((line) => !/^(EHLO|STARTTLS)/.test(line))).toEqual([])
      expect(fake.messages).toEqual([])
    },
  )

  test('is not weakened by the environment of the process', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    try {
      expect((await send({ pinned: makeCertificate().cert })).result).toMatchObject({ outcome: 'temporary' })
    } finally {
      vi.unstubAllEnvs()
    }
  })

  test('the password is said over TLS alone', async () => {
    const EHLO = '250-fake.example\r\n250-STARTTLS\r\n250 AUTH PLAIN'
    const relay = { user: 'hoster', passwordEnv: 'RELAY_PASSWORD' }
    const { result, fake, inClear } = await send({ script: { EHLO }, relay })
    expect(result).toMatchObject({ outcome: 'sent' })
    expect(inClear).toEqual(['EHLO gw.hoster.example', 'STARTTLS'])
    expect(fake.commands).toContain(`AUTH PLAIN ${Buffer.from('\0hoster\0secret').toString('base64')}`)
  })

  test('forgets what was slipped in behind the answer to STARTTLS (RFC 3207, 6)', async () => {
    const STARTTLS = '220 go ahead\r\n250-fake.example\r\n250 AUTH LOGIN\r\n535 no'
    const { result, fake } = await send({ script: { STARTTLS } })
    expect(result).toEqual({ outcome: 'sent', answer: '250 2.0.0 Ok: queued as 4XyZ12' })
    expect(fake.commands.filter((_, at) => fake.secure[at]).slice(0, 2)).toEqual([
      'EHLO gw.hoster.example',
      'MAIL FROM:<bounce+abc@in.example>',
    ])
  })
})
