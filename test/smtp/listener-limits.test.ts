import { describe, expect, test } from 'vitest'
import { withDeadline } from '../helpers/with-deadline.js'
import { deferred, gotThere, MAIL, withListener } from './listener-stage.js'

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

  test('recipients that are asked for one behind the other leave others their turns', async () => {
    let turn = 0
    let next = setImmediate(() => {})
    const count = (): void => {
      turn += 1
      next = setImmediate(count)
    }
    const askedAt: number[] = []
    const mailbox = async (): Promise<null> => {
      askedAt.push(turn)
      return null
    }
    await withListener({ mailbox }, async ({ open }) => {
      const client = await open()
      await client.envelope({ to: [] })
      count()
      client.write(`${'RCPT TO:<nobody@in.example>\r\n'.repeat(50)}QUIT\r\n`)
      await client.closed
      clearImmediate(next)
      expect(askedAt).toHaveLength(50)
      expect(new Set(askedAt).size).toBe(50)
    })
  })

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
    await withListener({ receive, limits: { buffered: 3_000 } }, async ({ open }) => {
      const [first, second] = [await open(), await open()]
      const message = `${'x'.repeat(1_998)}\r\n.\r\n`
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
    withListener({ limits: { size: 3_000, buffered: 3_000 } }, async ({ open, listener }) => {
      const [gone, last] = [await open(), await open()]
      await gone.envelope()
      await gone.data('x'.repeat(2_500))
      gone.end()
      await gone.closed
      const message = `${'x'.repeat(2_998)}\r\n.\r\n` // all the room that there is
      for (const [content, answer] of [
        [`${'x'.repeat(2_000)}${message}`, /^552/],
        [message, /^250/],
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
    withDeadline(250, (session) =>
      withListener({ limits: { session } }, async ({ open, mails }) => {
        const client = await open()
        const begins = async () => {
          await client.envelope()
          await client.data('')
        }
        if (!(await gotThere(client, begins))) return false
        const trickle = setInterval(() => client.write('x'), 10)
        await client.closed
        clearInterval(trickle)
        expect(client.seen()).toMatch(/421 4\.4\.2 [^\n]*\n$/)
        expect(mails).toEqual([])
        return true
      }),
    ))

  test('421 when the message comes too slowly', () =>
    withListener({ limits: { rate: 500, rateWindow: 100 } }, async ({ open, log }) => {
      const client = await open()
      await client.envelope()
      await client.data('x'.repeat(49))
      await client.closed
      expect(client.seen()).toMatch(/421 4\.4\.2 the message comes too slowly/)
      expect(log.join()).toContain('too slowly')
    }))

  test('a message that is here as a whole gets its answer, however late', () =>
    withDeadline(200, async (session) => {
      const begun = deferred<void>()
      const stored = deferred<{ id: string }>()
      const receive = (): Promise<{ id: string }> => {
        begun.resolve()
        return stored.promise
      }
      return withListener({ receive, limits: { session } }, async ({ open }) => {
        const [client, idle] = [await open(), await open()]
        const sends = async () => {
          await client.envelope()
          await client.data(`${MAIL}.\r\n`)
          await Promise.race([begun.promise, client.closed])
        }
        if (!(await gotThere(client, sends))) return false
        await idle.closed
        stored.resolve({ id: 'm-late' })
        expect(await client.reply()).toBe('250 2.0.0 stored as m-late')
        await client.closed
        return true
      })
    }))
})
