import { describe, expect, test } from 'vitest'
import { MAIL, withListener } from './listener-stage.js'

describe.concurrent('answers tell nothing', () => {
  test.each(['VRFY', 'EXPN', 'HELP', 'ETRN', 'TURN'])('%s says the same of a known and of an unknown address', (verb) =>
    withListener({}, async ({ open, asked }) => {
      const client = await open()
      await client.say('EHLO client.example')
      const known = await client.say(`${verb} robot@in.example`)
      expect(await client.say(`${verb} nobody@in.example`)).toBe(known)
      expect(known).not.toContain('in.example')
      expect(asked).toEqual([])
    }),
  )

  test('an unknown recipient hears the same whatever address it is, in our domain or elsewhere', () =>
    withListener({}, async ({ open }) => {
      const client = await open()
      await client.envelope({ to: [] })
      const to = ['nobody@in.example', 'bounce+guess@in.example', 'robot@elsewhere.example']
      const answers = []
      for (const address of to) answers.push(await client.say(`RCPT TO:<${address}>`))
      expect(new Set(answers)).toEqual(new Set(['550 5.1.1 nobody has this address here']))
    }))
})

describe.concurrent('what is no conversation', () => {
  test('talking before the greeting: 421, and nothing of it is heard', () =>
    withListener({}, async ({ open, asked, mails }) => {
      const client = await open({ early: true })
      client.write(`EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<robot@in.example>\r\nDATA\r\n${MAIL}.\r\n`)
      expect(await client.reply()).toMatch(/^421 .*too soon/)
      await client.closed
      expect({ asked, mails }).toEqual({ asked: [], mails: [] })
    }))

  test('a command line that never ends: 421 at 4 KiB', () =>
    withListener({}, async ({ open }) => {
      const client = await open()
      expect(await client.say(`NOOP ${'x'.repeat(4_000)}`)).toMatch(/^250/)
      client.write(`NOOP ${'x'.repeat(5_000)}`)
      expect(await client.reply()).toMatch(/^421/)
      await client.closed
    }))

  test('ten commands that nobody knows: 421', () =>
    withListener({}, async ({ open }) => {
      const client = await open()
      for (let turn = 0; turn < 9; turn++) expect(await client.say('XYZZY')).toMatch(/^500/)
      expect(await client.say('XYZZY')).toMatch(/^421/)
      await client.closed
    }))

  test("a browser's request: 421, before anything of its body is a command", () =>
    withListener({}, async ({ open, asked }) => {
      const client = await open()
      client.write(
        'POST / HTTP/1.1\r\nHost: in.example\r\n\r\nEHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<robot@in.example>\r\n',
      )
      expect(await client.reply()).toMatch(/^421/)
      await client.closed
      expect(asked).toEqual([])
    }))
})

describe.concurrent('what clients say of themselves', () => {
  const FAKE = 'x\u202e{"level":"info","msg":"order-paid"}\u2066'

  test('turns no text round that an administrator reads: overrides of direction are replaced', () =>
    withListener({}, async ({ open, log, mails }) => {
      const client = await open()
      await client.say(`EHLO ${FAKE}`)
      expect(await client.say(`MAIL FROM:<"${FAKE}"@registry.example>`)).toMatch(/^250/)
      expect(await client.say(`RCPT TO:<nobody${FAKE}@in.example>`)).toMatch(/^550/)
      await client.say('RCPT TO:<robot@in.example>')
      await client.data(`${MAIL}.\r\n`)
      expect(await client.reply()).toMatch(/^250/)
      expect(log.join('\n')).toContain('order-paid')
      expect(log.filter((line) => /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u.test(line))).toEqual([])
      expect(mails[0]?.envelope.helo).toBe('x\ufffd{"level":"info","msg":"order-paid"}\ufffd')
      expect(mails[0]?.envelope.from).toContain('x\ufffd{')
    }))

  test.each([
    'EHLO a\u0085b',
    'EHLO a\u001bb',
    'HELO a\tb',
    'MAIL FROM:<a\u009bb@x.example>',
    'MAIL FROM:<a\u200bb@x.example>',
  ])('%j is refused', (line) =>
    withListener({}, async ({ open }) => {
      const client = await open()
      if (line.startsWith('MAIL')) await client.say('EHLO client.example')
      expect(await client.say(line)).toMatch(/^501/)
    }),
  )

  test('internationalized addresses are taken (RFC 6531), their domains as A-labels', () =>
    withListener({}, async ({ open, mails }) => {
      const client = await open()
      expect(await client.say('EHLO client.example')).toContain('SMTPUTF8')
      expect(await client.say('MAIL FROM:<реестр@пример.example> SMTPUTF8')).toMatch(/^250/)
      expect(await client.say('RCPT TO:<robot@bücher.example>')).toMatch(/^250/)
      await client.data(`${MAIL}.\r\n`)
      expect(await client.reply()).toMatch(/^250/)
      expect(mails[0]?.envelope).toMatchObject({
        from: 'реестр@xn--e1afmkfd.example',
        to: ['robot@xn--bcher-kva.example'],
      })
    }))
})
