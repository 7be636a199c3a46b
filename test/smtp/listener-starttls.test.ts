import { execFile } from 'node:child_process'
import { expect, test } from 'vitest'
import { needs } from '../helpers/needs.js'
import { withDeadline } from '../helpers/with-deadline.js'
import { makeCertificate } from './certificate.js'
import { connectClient } from './line-client.js'
import { gotThere, MAIL, withListener } from './listener-stage.js'

const withOpenssl = await needs('openssl')
withOpenssl('STARTTLS', () => {
  const tls = makeCertificate()

  test('takes mail over the certificate that was given', () =>
    withListener({ tls }, async ({ open, mails }) => {
      const client = await open()
      expect(await client.say('EHLO client.example')).toContain('STARTTLS')
      expect(await client.say('STARTTLS')).toMatch(/^220/)
      await client.secure({ ca: tls.cert })
      await client.envelope()
      await client.data(`${MAIL}.\r\n`)
      expect(await client.reply()).toMatch(/^250/)
      expect(mails).toHaveLength(1)
    }))

  test('is not offered a second time', () =>
    withListener({ tls }, async ({ open }) => {
      const client = await open()
      await client.say('EHLO client.example')
      await client.say('STARTTLS')
      await client.secure({ ca: tls.cert })
      expect(await client.say('EHLO client.example')).not.toContain('STARTTLS')
      expect(await client.say('STARTTLS')).toMatch(/^503/)
    }))

  /** What openssl says of a session with at most and at least this version of TLS. */
  const shakeHands = (port: number, version: string): Promise<{ code: number; said: string }> =>
    new Promise((resolve) => {
      const offer = ['-cipher', 'ALL:@SECLEVEL=0', version]
      const server = ['-starttls', 'smtp', '-connect', `127.0.0.1:${port}`]
      const child = execFile('openssl', ['s_client', ...server, ...offer], (error, out, err) =>
        resolve({ code: error === null ? 0 : 1, said: out + err }),
      )
      child.stdin?.end('QUIT\r\n')
    })

  test.each(['-tls1', '-tls1_1'])('openssl s_client %s: the server refuses that version', (version) =>
    withListener({ tls }, async ({ listener }) => {
      const { code, said } = await shakeHands(listener.port, version)
      expect(code).toBe(1)
      expect(said).toMatch(/alert protocol version/)
    }),
  )

  test.each(['-tls1_2', '-tls1_3'])('openssl s_client %s: the server takes it', (version) =>
    withListener({ tls }, async ({ listener }) => {
      const { code, said } = await shakeHands(listener.port, version)
      expect(said).toMatch(/Cipher is [A-Z0-9_-]{8,}/)
      expect(code).toBe(0)
    }),
  )

  test('forgets commands that were slipped in behind it in clear, and who said them', () =>
    withListener({ tls }, async ({ open, asked, mails }) => {
      const client = await open()
      await client.say('EHLO evil.example')
      await client.say('MAIL FROM:<before@evil.example>')
      const slipped = 'MAIL FROM:<behind@evil.example>\r\nRCPT TO:<robot@in.example>\r\nDATA'
      expect(await client.say(`STARTTLS\r\n${slipped}`)).toMatch(/^220/)
      await client.secure({ ca: tls.cert })
      expect(await client.say('MAIL FROM:<a@b.example>')).toMatch(/^503 .*EHLO first/)
      await client.say('EHLO client.example')
      expect(await client.say('RCPT TO:<robot@in.example>')).toMatch(/^503 .*need MAIL/)
      expect(await client.say('DATA')).toMatch(/^503/)
      await client.envelope()
      await client.data(`${MAIL}.\r\n`)
      expect(await client.reply()).toMatch(/^250/)
      expect(asked).toEqual(['robot@in.example'])
      expect(mails.map(({ envelope }) => [envelope.from, envelope.helo])).toEqual([
        ['registry@registry.example', 'client.example'],
      ])
    }))

  test('does not lift the limit of commands', () =>
    withListener({ tls, limits: { commands: 20 } }, async ({ open }) => {
      const client = await open()
      await client.say('EHLO client.example')
      await client.say('STARTTLS')
      await client.secure({ ca: tls.cert })
      client.write('NOOP\r\n'.repeat(100))
      await client.closed
      expect(client.seen()).toContain('421 4.7.0 more than 20 commands')
    }))

  test('cuts off who never shakes hands', () =>
    withDeadline(200, (session) =>
      withListener({ tls, limits: { session } }, async ({ open, listener }) => {
        const client = await open()
        const begins = async () => {
          await client.say('EHLO client.example')
          expect(await client.say('STARTTLS')).toMatch(/^220/)
        }
        if (!(await gotThere(client, begins))) return false
        await client.closed
        const next = await connectClient(listener.port)
        next.end()
        return true
      }),
    ))

  test('a full door turns out those who hang in the middle of a handshake, too', () =>
    withListener({ tls, maxClients: 5, limits: { patience: 0 } }, async ({ open }) => {
      // the beginning of a ClientHello (RFC 8446, 4.1.2) that never ends
      const hello = Buffer.from('16030100c8010000c40303', 'hex')
      const hang = async () => {
        const client = await open()
        await client.say('EHLO client.example')
        await client.say('STARTTLS')
        client.write(hello)
      }
      for (let turn = 0; turn < 8; turn++) await Promise.all(Array.from({ length: 5 }, hang))
      const honest = await open()
      await honest.envelope()
      await honest.data(`${MAIL}.\r\n`)
      expect(await honest.reply()).toMatch(/^250/)
    }))
})
