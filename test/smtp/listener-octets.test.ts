import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAIL, SMUGGLES, withListener } from './listener-stage.js'

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

/** What a client does to the dots at the beginning of lines (RFC 5321, 4.5.2). */
const stuff = (content: Buffer): Buffer =>
  Buffer.from(content.toString('latin1').replace(/(^|\r\n)\./g, '$1..'), 'latin1')

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
