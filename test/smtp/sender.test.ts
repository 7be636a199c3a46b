import { describe, expect, test } from 'vitest'
import type { HandOver } from '../../src/ports.js'
import { withSecretFiles } from '../../src/secret-files.js'
import { startListener } from '../../src/smtp/listener.js'
import type { SendTimeouts } from '../../src/smtp/sender.js'
import { NOBODY } from '../helpers/nobody.js'
import { withDeadline } from '../helpers/with-deadline.js'
import type { Script, Step } from './fake-server.js'
import { MAIL, sendTo, withServer } from './sender-stage.js'

describe('a mail that is taken', () => {
  test('leaves as it is, with the envelope that was given, and brings back the words of the server', () =>
    withServer({}, async (server) => {
      expect(await sendTo(server.port)).toEqual({ outcome: 'sent', answer: '250 2.0.0 Ok: queued as 4XyZ12' })
      expect(server.commands.slice(0, 4)).toEqual([
        'EHLO gw.hoster.example',
        'MAIL FROM:<bounce+abc@in.example>',
        'RCPT TO:<robot@registry.example>',
        'DATA',
      ])
      expect(server.messages).toEqual([MAIL])
    }))

  test('has its dots stuffed, BODY=8BITMIME where it needs it, and nothing else', () =>
    withServer({}, async (server) => {
      const raw = Buffer.from('Subject: x\r\n\r\n.\r\n..two\r\n.three\r\nümlaut \0 \xff\r\n\r\n.\r\n')
      expect(await sendTo(server.port, { raw })).toMatchObject({ outcome: 'sent' })
      expect(server.commands).toContain('MAIL FROM:<bounce+abc@in.example> BODY=8BITMIME')
      const stuffed = raw.toString('latin1').replace(/(^|\r\n)\./g, '$1..')
      expect(server.messages[0]?.toString('latin1')).toBe(stuffed)
    }))

  test('needs no 8BITMIME from the server', () =>
    withServer({ EHLO: '250 fake.example' }, async (server) => {
      const raw = Buffer.from('Subject: ü\r\n\r\n')
      expect(await sendTo(server.port, { raw })).toMatchObject({ outcome: 'sent' })
      expect(server.commands).toContain('MAIL FROM:<bounce+abc@in.example>')
    }))

  test('comes with all replies pipelined', () =>
    withServer({ EHLO: '250-fake.example\r\n250 PIPELINING' }, async (server) => {
      expect(await sendTo(server.port)).toMatchObject({ outcome: 'sent' })
      expect(server.messages).toEqual([MAIL])
    }))

  test('goes to a server that knows HELO only', () =>
    withServer({ EHLO: '502 what is that' }, async (server) => {
      expect(await sendTo(server.port)).toMatchObject({ outcome: 'sent' })
    }))

  test('arrives at our own listener octet for octet', async () => {
    const raw = Buffer.from(`Subject: x\r\n\r\n${'.\r\n..\r\nline ü\r\n'.repeat(20_000)}`)
    const received: Buffer[] = []
    const quiet = (): void => {}
    const listener = await startListener({
      listen: { host: '127.0.0.1', port: 0 },
      hostname: 'mx.in.example',
      perAddress: 1,
      maxClients: 5,
      log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
      mailbox: async () => ({ kind: 'postmaster' }),
      receive: async (mail) => {
        received.push(mail.raw)
        return { id: 'm-1' }
      },
    })
    try {
      expect(await sendTo(listener.port, { raw })).toEqual({ outcome: 'sent', answer: '250 2.0.0 stored as m-1' })
      expect(received[0]?.equals(raw)).toBe(true)
    } finally {
      await listener.close()
    }
  })
})

describe('a server that says no', () => {
  const EHLO_ONLY: Script = { HELO: '421 no' }
  test.each<{ at: string; script: Script; outcome: HandOver['outcome']; answer: string }>([
    { at: 'the greeting', script: { greeting: '421 4.3.2 busy' }, outcome: 'temporary', answer: '421 4.3.2 busy' },
    { at: 'EHLO', script: { EHLO: '421 4.3.2 busy' }, outcome: 'temporary', answer: '421 4.3.2 busy' },
    { at: 'HELO', script: { ...EHLO_ONLY, EHLO: '502 no' }, outcome: 'temporary', answer: '421 no' },
    { at: 'MAIL', script: { MAIL: '451 4.3.0 later' }, outcome: 'temporary', answer: '451 4.3.0 later' },
    { at: 'MAIL, closing', script: { MAIL: '421 4.3.0 later' }, outcome: 'temporary', answer: '421 4.3.0 later' },
    { at: 'RCPT', script: { RCPT: '450 4.2.0 greylisted' }, outcome: 'temporary', answer: '450 4.2.0 greylisted' },
    { at: 'DATA', script: { DATA: '452 4.3.1 full' }, outcome: 'temporary', answer: '452 4.3.1 full' },
    { at: 'the dot', script: { dot: '451 4.3.0 disk' }, outcome: 'temporary', answer: '451 4.3.0 disk' },
    { at: 'the dot, closing', script: { dot: '421 4.3.0 bye' }, outcome: 'temporary', answer: '421 4.3.0 bye' },
    { at: 'the greeting', script: { greeting: '554 5.3.2 no mail' }, outcome: 'refused', answer: '554 5.3.2 no mail' },
    { at: 'EHLO', script: { EHLO: '550 no', HELO: '550 5.7.1 no' }, outcome: 'refused', answer: '550 5.7.1 no' },
    { at: 'MAIL', script: { MAIL: '550 5.7.1 no' }, outcome: 'refused', answer: '550 5.7.1 no' },
    { at: 'RCPT', script: { RCPT: '550 5.1.1 unknown' }, outcome: 'refused', answer: '550 5.1.1 unknown' },
    { at: 'DATA', script: { DATA: '554 5.5.1 no' }, outcome: 'refused', answer: '554 5.5.1 no' },
    { at: 'the dot', script: { dot: '554 5.7.1 spam' }, outcome: 'refused', answer: '554 5.7.1 spam' },
    {
      at: 'the dot, closing',
      script: { dot: { answer: '550 no', close: true } },
      outcome: 'refused',
      answer: '550 no',
    },
  ])('$outcome at $at: $answer', ({ script, outcome, answer }) =>
    withServer(script, async (server) => {
      expect(await sendTo(server.port)).toEqual({ outcome, answer })
      if (script.dot === undefined) expect(server.messages).toEqual([])
    }),
  )

  test.each([
    { answer: '450 4.2.0 greylisted', outcome: 'temporary' },
    { answer: '550 5.1.1 unknown', outcome: 'refused' },
  ])('$outcome at RCPT among pipelined commands, whatever DATA is answered', ({ answer, outcome }) =>
    withServer({ EHLO: '250-fake.example\r\n250 PIPELINING', RCPT: answer, DATA: '503 5.5.1 no' }, async (server) => {
      expect(await sendTo(server.port)).toEqual({ outcome, answer })
    }),
  )

  test('gives its words in one line, printable, at most 500 characters', () =>
    withServer({ dot: `554-first\r\n554-\u001b[31msecond\r\n554 ${'x'.repeat(600)}` }, async (server) => {
      const { answer } = await sendTo(server.port)
      expect(answer).toMatch(/^554-first 554-\ufffd\[31msecond 554 x+$/)
      expect(answer).toHaveLength(500)
    }))
})

describe('a connection that fails', () => {
  test.each<{ at: string; script: Script; outcome: HandOver['outcome'] }>([
    { at: 'before the greeting', script: { greeting: 'close' }, outcome: 'temporary' },
    { at: 'at EHLO', script: { EHLO: 'close' }, outcome: 'temporary' },
    { at: 'at MAIL', script: { MAIL: 'close' }, outcome: 'temporary' },
    { at: 'at RCPT', script: { RCPT: 'close' }, outcome: 'temporary' },
    { at: 'at DATA', script: { DATA: 'close' }, outcome: 'temporary' },
    { at: 'after the dot', script: { dot: 'close' }, outcome: 'uncertain' },
    {
      at: 'after half an answer to the dot',
      script: { dot: { answer: '250-half', close: true } },
      outcome: 'uncertain',
    },
    { at: 'after nonsense', script: { dot: 'thank you' }, outcome: 'uncertain' },
  ])('$outcome: $at', ({ script, outcome }) =>
    withServer(script, async (server) => {
      expect(await sendTo(server.port)).toEqual({ outcome, answer: expect.any(String) })
      expect(server.messages).toEqual(outcome === 'uncertain' ? [MAIL] : [])
    }),
  )

  test('temporary: in the message, while there is more to come', () =>
    withServer({ content: 'close' }, async (server) => {
      const raw = Buffer.alloc(24 * 1024 * 1024, `${'x'.repeat(62)}\r\n`)
      const result = await sendTo(server.port, { raw })
      expect(result).toEqual({ outcome: 'temporary', answer: expect.stringContaining(`127.0.0.1:${server.port}`) })
    }))

  test('temporary: nobody listens', async () => {
    expect(await sendTo(NOBODY)).toMatchObject({
      outcome: 'temporary',
      answer: expect.stringContaining('ECONNREFUSED'),
    })
  })

  test.each<{ at: string; silent: Step; timeout: keyof SendTimeouts; outcome: HandOver['outcome'] }>([
    { at: 'no greeting', silent: 'greeting', timeout: 'greeting', outcome: 'temporary' },
    { at: 'no answer to MAIL', silent: 'MAIL', timeout: 'socket', outcome: 'temporary' },
    { at: 'no answer to the dot', silent: 'dot', timeout: 'socket', outcome: 'uncertain' },
    { at: 'all together too long', silent: 'dot', timeout: 'total', outcome: 'uncertain' },
    { at: 'all together too long', silent: 'RCPT', timeout: 'total', outcome: 'temporary' },
  ])('$outcome: $at in time', ({ silent, timeout, outcome }) =>
    withDeadline(50, (ms) =>
      withServer({ [silent]: 'silent' }, async (server) => {
        const result = await sendTo(server.port, { timeouts: { [timeout]: ms } })
        if (!server.reached(silent)) return false
        expect(result).toMatchObject({ outcome })
        return true
      }),
    ),
  )

  test('a mail that was given up half way is never ended, not even by QUIT', () =>
    withDeadline(250, (socket) =>
      withServer({ content: 'stall' }, async (server) => {
        const raw = Buffer.alloc(24 * 1024 * 1024, `${'x'.repeat(62)}\r\n`)
        const result = await sendTo(server.port, { raw, timeouts: { socket } })
        if (!server.reached('content')) return false
        expect(result).toMatchObject({ outcome: 'temporary' })
        expect((await server.rest()).subarray(-100).toString()).toMatch(/^[x\r\n]+$/)
        return true
      }),
    ))
})

describe('what is not sent at all', () => {
  test.each([
    { title: 'a bare line feed', raw: 'Subject: x\r\n\r\na\nb\r\n' },
    { title: 'a bare return', raw: 'Subject: x\r\n\r\na\rb\r\n' },
    { title: 'a return at the end', raw: 'Subject: x\r\n\r\na\r\n\r' },
    { title: 'no line end at the end', raw: 'Subject: x\r\n\r\na' },
    { title: 'nothing', raw: '' },
  ])('a mail with $title, which SMTP would change', ({ raw }) =>
    withServer({}, async (server) => {
      const result = await sendTo(server.port, { raw: Buffer.from(raw) })
      expect(result).toEqual({ outcome: 'refused', answer: expect.stringMatching(/^not sent: /) })
      expect(server.commands).toEqual([])
    }),
  )

  const [from, to] = ['a@x.example', 'b@y.example']
  test.each([
    { from: 'a@x.example> SIZE=1\r\nRCPT TO:<q@q.example', to: [to] },
    { from, to: ['b@y.example>\r\nRCPT TO:<c@c.example'] },
    { from, to: ['b@y.example> RCPT TO:<c@c.example'] },
    { from, to: [to, 'c@y.example\nDATA'] },
    { from, to: ['b@y.example\0'] },
    { from, to: ['b@y.example NOTIFY=NEVER'] },
    { from, to: ['b@y.example\u2028'] },
    { from, to: ['"b@c.example"@y.example'] },
    { from, to: ['Evil <evil@evil.example>'] },
    { from, to: ['postmaster'] },
    { from, to: ['ü@y.example'] },
    { from, to: ['b@ü.example'] },
    { from, to: [''] },
    { from: '', to: [to] },
    { from, to: [] },
  ])('a mail with the envelope %j', (envelope) =>
    withServer({ EHLO: '250-fake.example\r\n250 SMTPUTF8' }, async (server) => {
      const result = await sendTo(server.port, { envelope })
      expect(result).toEqual({ outcome: 'refused', answer: expect.stringMatching(/^not sent: /) })
      expect(server.commands).toEqual([])
    }),
  )

  test("a second command in the gateway's own name", () =>
    withServer({}, async (server) => {
      const hostname = 'gw.hoster.example\r\nMAIL FROM:<evil@evil.example>'
      await sendTo(server.port, { hostname })
      expect(server.commands.filter((line) => line.startsWith('MAIL'))).toEqual(['MAIL FROM:<bounce+abc@in.example>'])
    }))
})

describe('logging in', () => {
  const relay = { user: 'hoster', passwordEnv: 'RELAY_PASSWORD' }
  const EHLO = '250-fake.example\r\n250 AUTH PLAIN LOGIN'

  test('uses the password of the environment', () =>
    withServer({ EHLO }, async (server) => {
      const result = await sendTo(server.port, { relay, env: { RELAY_PASSWORD: 'pass word' } })
      expect(result).toMatchObject({ outcome: 'sent' })
      expect(server.commands).toContain(`AUTH PLAIN ${Buffer.from('\0hoster\0pass word').toString('base64')}`)
    }))

  test.each([
    ['with the reason where its file cannot be read', 'RELAY_PASSWORD'],
    ['naming the variable when there is no file either', 'OTHER_PASSWORD'],
  ])('temporary, %s', (_, passwordEnv) =>
    withServer({ EHLO }, async (server) => {
      const env = withSecretFiles({ RELAY_PASSWORD_FILE: '/nonexistent/password' })
      const result = await sendTo(server.port, { relay: { ...relay, passwordEnv }, env })
      const words = new RegExp(
        passwordEnv === 'RELAY_PASSWORD' ? 'not sent: .*ENOENT' : 'in a file as OTHER_PASSWORD_FILE',
      )
      expect(result).toEqual({ outcome: 'temporary', answer: expect.stringMatching(words) })
      expect(server.commands).toEqual([])
    }),
  )

  test('temporary when it is refused: that is for the administrator to mend', () =>
    withServer({ EHLO, AUTH: '535 5.7.8 wrong' }, async (server) => {
      const result = await sendTo(server.port, { relay, env: { RELAY_PASSWORD: 'x' } })
      expect(result).toEqual({ outcome: 'temporary', answer: '535 5.7.8 wrong' })
      expect(server.commands.filter((line) => line.startsWith('MAIL'))).toEqual([])
    }))

  test.each(['RELAY_PASSWORD', '__proto__', 'toString'])(
    'temporary, naming the variable, when there is no password in %s',
    (passwordEnv) =>
      withServer({ EHLO }, async (server) => {
        const result = await sendTo(server.port, { relay: { ...relay, passwordEnv } })
        expect(result).toEqual({ outcome: 'temporary', answer: expect.stringContaining(passwordEnv) })
        expect(server.commands).toEqual([])
      }),
  )
})

describe('a local address', () => {
  test('is what the relay sees', () =>
    withServer({}, async (server) => {
      expect(await sendTo(server.port, { relay: { localAddress: '127.0.0.9' } })).toMatchObject({ outcome: 'sent' })
      expect(server.clients).toEqual(['127.0.0.9'])
    }))

  test('that this host has not: temporary, naming it, and nothing leaves', () =>
    withServer({}, async (server) => {
      const result = await sendTo(server.port, { relay: { localAddress: '192.0.2.77' } })
      expect(result).toEqual({ outcome: 'temporary', answer: expect.stringMatching(/EADDRNOTAVAIL.*192\.0\.2\.77/) })
      expect(server.commands).toEqual([])
    }))
})
