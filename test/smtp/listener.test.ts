import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Fault } from '../../src/core/errors.js'
import type { Log } from '../../src/ports.js'
import { type InboundMail, type Listener, type ListenerOptions, startListener } from '../../src/smtp/listener.js'
import { needs } from '../helpers/needs.js'
import { makeCertificate } from './certificate.js'
import { connectClient, type LineClient } from './line-client.js'

type Mailbox = { kind: 'reply'; connectionId: string } | { kind: 'bounce'; token: string } | { kind: 'postmaster' }

type Bench = {
  listener: Listener
  mails: InboundMail<Mailbox>[]
  asked: string[]
  log: string[]
  open(options?: { early?: boolean }): Promise<LineClient>
}

/** A listener that knows robot@in.example and two more, and everything that came of it. */
const withListener = async (
  options: Partial<ListenerOptions<Mailbox>>,
  work: (bench: Bench) => Promise<void>,
): Promise<void> => {
  const [mails, asked, log]: [InboundMail<Mailbox>[], string[], string[]] = [[], [], []]
  const listener = await startListener({
    listen: { host: '127.0.0.1', port: 0 },
    hostname: 'mx.in.example',
    perAddress: 1,
    maxClients: 20,
    log: keepLog(log),
    mailbox: async (address) => {
      asked.push(address)
      return MAILBOXES.get(address) ?? null
    },
    receive: async (mail) => {
      mails.push(mail)
      return { id: `m-${mails.length}` }
    },
    ...options,
  })
  const clients: LineClient[] = []
  const open = async (how?: { early?: boolean }): Promise<LineClient> => {
    const client = await connectClient(listener.port, how)
    clients.push(client)
    return client
  }
  try {
    await work({ listener, mails, asked, log, open })
  } finally {
    for (const client of clients) client.end()
    await listener.close()
  }
}

const MAILBOXES = new Map<string, Mailbox>([
  ['robot@in.example', { kind: 'reply', connectionId: 'c-1' }],
  ['robot@xn--bcher-kva.example', { kind: 'reply', connectionId: 'c-2' }],
  ['bounce+abc123@in.example', { kind: 'bounce', token: 'abc123' }],
])

const keepLog = (lines: string[]): Log => {
  const keep = (_fields: object, message: string): void => {
    lines.push(message)
  }
  return { debug: keep, info: keep, warn: keep, error: keep }
}

const MAIL = 'From: a@registry.example\r\nSubject: x\r\n\r\nRESULT: success\r\n'

const CONTENTS = [
  MAIL,
  '\r\n',
  '.\r\n',
  '..\r\n.\r\n...\r\n',
  'a\r\n.b\r\n\r\n.\r\n\r\n',
  'bare\nline\nfeeds\n\n.\nand a dot\r\n',
  'bare\rreturns\r\r\n',
  'nul \0 and 8-bit \xe4\xf6\xfc \xff\xfe\r\n',
  `${'x'.repeat(5_000)}\r\n`,
  `${'.\r\n'.repeat(500)}`,
]

const SMUGGLES = ['\n.\n', '\n.\r\n', '\r\n.\n', '\r.\r', '\r\n.\r', '\n.\r', '\r.\r\n', '\r\n\0.\r\n', '\r\n.\0\r\n']

/** What a client does to the dots at the beginning of lines (RFC 5321, 4.5.2). */
const stuff = (content: Buffer): Buffer =>
  Buffer.from(content.toString('latin1').replace(/(^|\r\n)\./g, '$1..'), 'latin1')

const deferred = <T>() => {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

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

describe.concurrent('octets', () => {
  test('arrive exactly, however they are cut into segments', () =>
    withListener({}, async ({ open, mails }) => {
      const client = await open()
      for (const content of CONTENTS) {
        await client.envelope()
        await client.data(Buffer.concat([stuff(Buffer.from(content, 'latin1')), Buffer.from('.\r\n')]))
        expect(await client.reply()).toMatch(/^250/)
      }
      expect(mails.map((mail) => mail.raw.toString('latin1'))).toEqual(CONTENTS)
    }))

  test('arrive exactly, whatever they are', () =>
    withListener({}, async ({ open, mails }) => {
      const client = await open()
      const piece = fc.constantFrom('\r\n', '.', '..', '\r\n.', '\r', '\0', 'a', 'ü', '\r\n\r\n', 'line of text')
      const contents = fc.array(piece, { maxLength: 40 }).map((pieces) => Buffer.from(`${pieces.join('')}\r\n`))
      await fc.assert(
        fc.asyncProperty(contents, fc.integer({ min: 1, max: 9 }), async (content, step) => {
          mails.length = 0
          await client.envelope()
          await client.data('')
          const wire = Buffer.concat([stuff(content), Buffer.from('.\r\n')])
          for (let at = 0; at < wire.length; at += step) client.write(wire.subarray(at, at + step))
          expect(await client.reply()).toMatch(/^250/)
          expect(mails[0]?.raw).toEqual(content)
        }),
        { numRuns: 60 },
      )
    }))

  test('one of two dots after a bare line feed is taken for stuffing (smtp-server does so)', () =>
    withListener({}, async ({ open, mails }) => {
      const client = await open()
      await client.envelope()
      await client.data('text\n..\r\n.\r\n')
      expect(await client.reply()).toMatch(/^250/)
      expect(mails[0]?.raw.toString()).toBe('text\n.\r\n')
    }))

  // Only CR LF . CR LF ends a message (RFC 5321, 4.1.1.4); servers that differed made "SMTP smuggling" possible.
  test.each(SMUGGLES.map((end) => [JSON.stringify(end), end]))('%s ends no message', (_title, end) =>
    withListener({}, async ({ open, mails }) => {
      const client = await open()
      await client.envelope()
      const content = `Subject: one\r\n\r\nbody${end}MAIL FROM:<evil@evil.example>\r\nRCPT TO:<robot@in.example>\r\nDATA\r\n`
      await client.data(`${content}Subject: two\r\n\r\n.\r\n`)
      expect(await client.reply()).toBe('250 2.0.0 stored as m-1')
      expect(await client.say('NOOP')).toMatch(/^250/)
      expect(mails.map((mail) => mail.raw.toString('latin1'))).toEqual([`${content}Subject: two\r\n\r\n`])
    }),
  )
})

describe.concurrent('limits', () => {
  const limits = { size: 1_000 }

  test('552 at MAIL for a size announced over the limit', () =>
    withListener({ limits }, async ({ open }) => {
      const client = await open()
      await client.say('EHLO client.example')
      expect(await client.say('MAIL FROM:<a@b.example> SIZE=1001')).toMatch(/^552/)
      expect(await client.say('MAIL FROM:<a@b.example> SIZE=1000')).toMatch(/^250/)
    }))

  test('552 after the message when it is over the limit, and the session goes on', () =>
    withListener({ limits }, async ({ open, mails }) => {
      const client = await open()
      for (const [size, answer] of [
        [1_001, /^552 5\.3\.4 /],
        [1_000, /^250/],
      ] as const) {
        await client.envelope()
        await client.data(`${'x'.repeat(size - 2)}\r\n.\r\n`)
        expect(await client.reply()).toMatch(answer)
      }
      expect(mails.map((mail) => mail.raw.length)).toEqual([1_000])
    }))

  test('the connection is cut at twice the limit', () =>
    withListener({ limits }, async ({ open, mails }) => {
      const client = await open()
      await client.envelope()
      await client.data('x'.repeat(5_000))
      await client.closed
      expect(mails).toEqual([])
    }))

  test('452 for the eleventh recipient, and the ten get the mail', () =>
    withListener({ mailbox: async () => ({ kind: 'postmaster' }) }, async ({ open, mails }) => {
      const client = await open()
      const to = Array.from({ length: 10 }, (_, n) => `r${n}@in.example`)
      expect(await client.envelope({ to })).toMatch(/^250/)
      expect(await client.say('RCPT TO:<r10@in.example>')).toMatch(/^452 4\.5\.3 /)
      await client.data(`${MAIL}.\r\n`)
      expect(await client.reply()).toMatch(/^250/)
      expect(mails[0]?.envelope.to).toEqual(to)
    }))

  test('554 for a mail that runs in circles', () =>
    withListener({}, async ({ open, mails }) => {
      const client = await open()
      for (const [hops, answer] of [
        [31, /^554 5\.4\.6 /],
        [30, /^250/],
      ] as const) {
        await client.envelope()
        await client.data(`${'Received: by a.example\r\n'.repeat(hops)}${MAIL}.\r\n`)
        expect(await client.reply()).toMatch(answer)
      }
      expect(mails).toHaveLength(1)
    }))

  test('452 when the mails of all clients together are too much, until there is room again', async () => {
    const begun = deferred<void>()
    const stored = deferred<{ id: string }>()
    const receive = (): Promise<{ id: string }> => {
      begun.resolve()
      return stored.promise
    }
    await withListener({ receive, limits: { buffered: 150 } }, async ({ open }) => {
      const [first, second] = [await open(), await open()]
      const message = `${'x'.repeat(98)}\r\n.\r\n`
      await first.envelope()
      await first.data(message)
      await begun.promise
      await second.envelope()
      await second.data(message)
      expect(await second.reply()).toMatch(/^452 4\.3\.1 /)
      stored.resolve({ id: 'm-1' })
      expect(await first.reply()).toMatch(/^250/)
      await second.envelope()
      await second.data(message)
      expect(await second.reply()).toMatch(/^250/)
    })
  })

  test('mails that were given up leave their room to others', () =>
    withListener({ limits: { size: 300, buffered: 300 } }, async ({ open, listener }) => {
      const [gone, last] = [await open(), await open()]
      await gone.envelope()
      await gone.data('x'.repeat(250))
      gone.end()
      await gone.closed
      const message = `${'x'.repeat(288)}\r\n.\r\n`
      for (const [content, answer] of [
        [`${'x'.repeat(200)}${message}`, /^552/],
        [message, /^250/],
      ] as const) {
        await last.envelope()
        await last.data(content)
        expect(await last.reply()).toMatch(answer)
      }
      expect(listener.connections()).toBe(1)
    }))

  test('421 for one client too many', () =>
    withListener({ maxClients: 2 }, async ({ open, listener }) => {
      await open()
      await open()
      expect(listener.connections()).toBe(2)
      const third = await open({ early: true })
      expect(await third.reply()).toMatch(/^421/)
      await third.closed
    }))

  test('421 when the session is over its time, whatever trickles in', () =>
    withListener({ limits: { session: 250 } }, async ({ open, mails }) => {
      const client = await open()
      await client.envelope()
      await client.data('')
      const trickle = setInterval(() => client.write('x'), 10)
      await client.closed
      clearInterval(trickle)
      expect(client.seen()).toMatch(/421 4\.4\.2 [^\n]*\n$/)
      expect(mails).toEqual([])
    }))

  test('421 when the message comes too slowly', () =>
    withListener({ limits: { rate: 500, rateWindow: 100 } }, async ({ open, log }) => {
      const client = await open()
      await client.envelope()
      await client.data('x'.repeat(49))
      await client.closed
      expect(client.seen()).toMatch(/421 4\.4\.2 the message comes too slowly/)
      expect(log.join()).toContain('too slowly')
    }))

  test('a message that is here as a whole gets its answer, however late', async () => {
    const stored = deferred<{ id: string }>()
    await withListener({ receive: () => stored.promise, limits: { session: 200 } }, async ({ open }) => {
      const [client, idle] = [await open(), await open()]
      await client.envelope()
      await client.data(`${MAIL}.\r\n`)
      await idle.closed
      stored.resolve({ id: 'm-late' })
      expect(await client.reply()).toBe('250 2.0.0 stored as m-late')
      await client.closed
    })
  })
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
      const closing = listener.close()
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

  test('takes nothing older than TLS 1.2', () =>
    withListener({ tls }, async ({ open }) => {
      const client = await open()
      await client.say('EHLO client.example')
      await client.say('STARTTLS')
      await expect(client.secure({ ca: tls.cert, maxVersion: 'TLSv1.1' })).rejects.toThrow()
      await client.closed
    }))

  test('cuts off who never shakes hands', () =>
    withListener({ tls, limits: { session: 200 } }, async ({ open, listener }) => {
      const client = await open()
      await client.say('EHLO client.example')
      await client.say('STARTTLS')
      await client.closed
      const next = await connectClient(listener.port)
      next.end()
    }))
})
