import { describe, expect, test } from 'vitest'
import { Fault } from '../../src/core/errors.js'
import { connectClient } from './line-client.js'
import { deferred, MAIL, withListener } from './listener-stage.js'

describe.concurrent('a transaction', () => {
  test('offers SIZE and 8BITMIME, and neither AUTH nor STARTTLS', () =>
    withListener({}, async ({ open }) => {
      const client = await open()
      expect(client.seen()).toBe('220 mx.in.example ESMTP Sealpost\r\n')
      const features = (await client.say('EHLO client.example')).split('\n').map((line) => line.slice(4))
      expect(features).toEqual(expect.arrayContaining(['SIZE 10485760', '8BITMIME', 'PIPELINING']))
      expect(features.filter((feature) => /AUTH|STARTTLS|XCLIENT/.test(feature))).toEqual([])
      for (const line of ['AUTH PLAIN AGEAYg==', 'STARTTLS', 'XCLIENT ADDR=1.2.3.4', 'WIZ x'])
        expect(await client.say(line)).toMatch(/^5/)
    }))

  test('hands over the octets, the envelope and what stands behind each recipient', () =>
    withListener({}, async ({ open, mails }) => {
      const client = await open()
      await client.envelope({ from: 'Registry@Registry.Example', to: ['Robot@IN.example', 'bounce+ABC123@in.example'] })
      await client.data(`${MAIL}.\r\n`)
      expect(await client.reply()).toBe('250 2.0.0 stored as m-1')
      expect(mails).toEqual([
        {
          envelope: {
            from: 'Registry@Registry.Example',
            to: ['Robot@IN.example', 'bounce+ABC123@in.example'],
            remoteAddress: '127.0.0.1',
            helo: 'client.example',
          },
          raw: Buffer.from(MAIL),
          recipients: [
            { kind: 'reply', connectionId: 'c-1' },
            { kind: 'bounce', token: 'abc123' },
          ],
        },
      ])
    }))

  test('refuses unknown recipients one by one, and DATA without any', () =>
    withListener({}, async ({ open, asked, mails }) => {
      const client = await open()
      expect(await client.envelope({ to: ['nobody@in.example'] })).toBe('550 5.1.1 nobody has this address here')
      expect(await client.say('DATA')).toMatch(/^503/)
      expect(await client.say('RCPT TO:<ROBOT@In.Example>')).toMatch(/^250/)
      await client.data(`${MAIL}.\r\n`)
      expect(await client.reply()).toMatch(/^250/)
      expect(asked).toEqual(['nobody@in.example', 'robot@in.example'])
      expect(mails.map((mail) => mail.envelope.to)).toEqual([['ROBOT@In.Example']])
    }))

  test.each(['robot@xn--bcher-kva.example', 'robot@XN--BCHER-KVA.example', 'robot@bücher.example'])(
    'asks for %s by its A-label',
    (address) =>
      withListener({}, async ({ open, asked }) => {
        expect(await (await open()).envelope({ to: [address] })).toMatch(/^250/)
        expect(asked).toEqual(['robot@xn--bcher-kva.example'])
      }),
  )

  test('takes the null sender, and postmaster without a domain', () =>
    withListener({}, async ({ open, mails }) => {
      const client = await open()
      expect(await client.envelope({ from: '', to: ['Postmaster'] })).toMatch(/^250/)
      await client.data(`${MAIL}.\r\n`)
      expect(await client.reply()).toMatch(/^250/)
      expect(mails[0]?.envelope.from).toBe('')
      expect(mails[0]?.recipients).toEqual([{ kind: 'postmaster' }])
    }))

  test('says 250 only when the mail is stored', async () => {
    const begun = deferred<void>()
    const stored = deferred<{ id: string }>()
    const receive = (): Promise<{ id: string }> => {
      begun.resolve()
      return stored.promise
    }
    await withListener({ receive }, async ({ open }) => {
      const client = await open()
      await client.envelope()
      await client.data(`${MAIL}.\r\n`)
      await begun.promise
      const other = await open() // a whole session of another client later
      await other.say('EHLO other.example')
      expect(client.seen()).toMatch(/354 [^\n]*\n$/)
      stored.resolve({ id: 'm-held' })
      expect(await client.reply()).toBe('250 2.0.0 stored as m-held')
    })
  })

  test('says 451 when the store is away, and takes the same mail later', async () => {
    let away = true
    const receive = async (): Promise<{ id: string }> => {
      if (away) throw new Fault('store', 'secret detail of the database', { temporary: true })
      return { id: 'm-9' }
    }
    await withListener({ receive }, async ({ open, log }) => {
      const client = await open()
      await client.envelope()
      await client.data(`${MAIL}.\r\n`)
      expect(await client.reply()).toBe('451 4.3.0 cannot store the mail now; please try again later')
      expect(log.join()).toContain('secret detail')
      away = false
      await client.envelope()
      await client.data(`${MAIL}.\r\n`)
      expect(await client.reply()).toBe('250 2.0.0 stored as m-9')
    })
  })

  test('says 451 when a recipient cannot be looked up', () =>
    withListener(
      {
        mailbox: () => {
          throw new TypeError('a defect')
        },
      },
      async ({ open }) => {
        expect(await (await open()).envelope()).toBe(
          '451 4.3.0 cannot look up the recipient now; please try again later',
        )
      },
    ))

  test('forgets a message whose client went away', () =>
    withListener({}, async ({ open, mails }) => {
      const first = await open()
      await first.envelope()
      await first.data('Subject: half a mail\r\n')
      first.end()
      await first.closed
      const second = await open()
      await second.envelope()
      await second.data(`${MAIL}.\r\n`)
      expect(await second.reply()).toBe('250 2.0.0 stored as m-1')
      expect(mails).toHaveLength(1)
    }))
})

describe.concurrent('closing', () => {
  test('dismisses the idle, finishes the message under way, and takes no more', async () => {
    const begun = deferred<void>()
    const stored = deferred<{ id: string }>()
    const receive = (): Promise<{ id: string }> => {
      begun.resolve()
      return stored.promise
    }
    await withListener({ receive }, async ({ open, listener }) => {
      const [idle, sending, waiting] = [await open(), await open(), await open()]
      await sending.envelope()
      await sending.data('Subject: first half\r\n')
      await waiting.envelope()
      await waiting.data(`${MAIL}.\r\n`)
      await begun.promise
      expect(listener.listening()).toBe(true)
      const closing = listener.close()
      expect(listener.listening()).toBe(false)
      expect(await idle.reply()).toMatch(/^421 4\.3\.2 /)
      await idle.closed
      sending.write('\r\nsecond half\r\n.\r\n')
      stored.resolve({ id: 'm-1' })
      expect(await waiting.reply()).toMatch(/^250/)
      expect(await sending.reply()).toMatch(/^250/)
      await closing
      await expect(connectClient(listener.port)).rejects.toThrow()
      expect(listener.connections()).toBe(0)
    })
  })

  test('cuts off who does not finish in time', () =>
    withListener({ limits: { close: 50 } }, async ({ open, listener, mails }) => {
      const client = await open()
      await client.envelope()
      await client.data('Subject: never finished\r\n')
      await listener.close()
      await client.closed
      expect(mails).toEqual([])
    }))
})

describe('starting', () => {
  test('says which address is taken', () =>
    withListener({}, async ({ listener }) => {
      const taken = withListener({ listen: { host: '127.0.0.1', port: listener.port } }, async () => {})
      await expect(taken).rejects.toMatchObject({
        code: 'smtp-listen',
        message: expect.stringContaining('SEALPOST_SMTP'),
      })
    }))

  test('says that the certificate is unusable', async () => {
    const started = withListener({ tls: { cert: 'nonsense', key: 'nonsense' } }, async () => {})
    await expect(started).rejects.toMatchObject({ code: 'smtp-tls', message: expect.stringContaining('SMTP_TLS_CERT') })
  })
})
