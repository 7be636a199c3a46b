import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { withDeadline } from '../helpers/with-deadline.js'
import { connectClient, type LineClient } from './line-client.js'
import { gotThere, MAIL, withListener } from './listener-stage.js'

describe.concurrent('a session without end', () => {
  const FLOODS = [
    'NOOP',
    'RSET',
    'EHLO again.example',
    'MAIL FROM:<a@b.example>',
    'RCPT TO:<nobody@in.example>',
    'VRFY a',
  ]
  test.each(FLOODS)('of %s: 421 when there were too many commands', (line) =>
    withListener({ limits: { commands: 20 } }, async ({ open }) => {
      const client = await open()
      await client.say('EHLO client.example')
      client.write(`${line}\r\n`.repeat(100))
      await client.closed
      const answers = client.seen().split('\r\n').slice(1)
      expect(answers.filter((answer) => answer.startsWith('421 4.7.0 more than 20 commands'))).toHaveLength(1)
      expect(answers.filter((answer) => /^\d{3} /.test(answer))).toHaveLength(21)
    }),
  )

  test('is what a mail starts anew: its commands are counted from the last mail that was stored', () =>
    withListener({ limits: { commands: 8 } }, async ({ open, mails }) => {
      const client = await open()
      for (let turn = 0; turn < 5; turn++) {
        await client.envelope()
        await client.data(`${MAIL}.\r\n`)
        expect(await client.reply()).toMatch(/^250/)
      }
      expect(mails).toHaveLength(5)
    }))

  const untilClosed = async (client: LineClient, act: () => Promise<unknown>): Promise<void> => {
    let isOpen = true
    client.closed.then(() => {
      isOpen = false
    })
    while (isOpen) await act().catch(() => client.closed)
  }

  test('421 at its deadline, however many commands and octets come', () =>
    withListener({ limits: { session: 250, commands: Number.POSITIVE_INFINITY } }, async ({ open }) => {
      const client = await open()
      await untilClosed(client, () => client.say('NOOP'))
      expect(client.seen()).toMatch(/421 4\.4\.2 this session takes too long[^\n]*\n$/)
    }))

  test('421 at its deadline, however many mails are refused', () =>
    withListener({ limits: { session: 250, commands: Number.POSITIVE_INFINITY, hops: 0 } }, async ({ open, mails }) => {
      const client = await open()
      await untilClosed(client, async () => {
        await client.envelope()
        await client.data(`Received: by a.example\r\n${MAIL}.\r\n`)
        await client.reply()
      })
      expect(client.seen()).toMatch(/421 4\.4\.2 this session [^\n]*\n$/)
      expect(mails).toEqual([])
    }))

  test('goes on while it brings mails', () =>
    withDeadline(250, (session) =>
      withListener({ limits: { session } }, async ({ open, mails }) => {
        const client = await open()
        const end = performance.now() + 2 * session
        const brings = async () => {
          await client.envelope()
          await client.data(`${MAIL}.\r\n`)
          expect(await client.reply()).toMatch(/^250/)
        }
        while (performance.now() < end) if (!(await gotThere(client, brings))) return false
        expect(mails.length).toBeGreaterThan(1)
        return true
      }),
    ))
})

describe.concurrent('a full door', () => {
  test('lets a newcomer in for whoever has sent no mail for longest, once patience is over', () =>
    withListener({ maxClients: 3, limits: { patience: 0 } }, async ({ open, mails, log }) => {
      const [first, second, third] = [await open(), await open(), await open()]
      await first.envelope()
      await first.data(`${MAIL}.\r\n`)
      expect(await first.reply()).toMatch(/^250/)
      await second.envelope()
      await second.data('Subject: hanging in the middle\r\n')
      const honest = await open()
      expect(await second.reply()).toMatch(/^421 4\.3\.2 /)
      await second.closed
      await honest.envelope()
      await honest.data(`${MAIL}.\r\n`)
      expect(await honest.reply()).toMatch(/^250/)
      expect(await third.say('NOOP')).toMatch(/^250/)
      expect(await first.say('NOOP')).toMatch(/^250/)
      expect(mails).toHaveLength(2)
      expect(log.join()).toContain('SMTP client turned out')
    }))

  test('lets go at once of whom it refuses, even of those who never go', () =>
    withListener({ maxClients: 2 }, async ({ open, listener }) => {
      await open()
      await open()
      const stubborn: Socket[] = []
      // more than the server has sockets: those that lingered would keep the last from hearing anything
      for (let turn = 0; turn < 8; turn++) {
        const socket = connect({ port: listener.port, host: '127.0.0.1', allowHalfOpen: true })
        stubborn.push(socket)
        const heard = await new Promise<string>((resolve) => {
          let text = ''
          socket.on('data', (chunk) => {
            text += chunk
          })
          socket.once('end', () => resolve(text))
        })
        expect(heard).toMatch(/^421 4\.3\.2 too many clients/)
      }
      for (const socket of stubborn) socket.destroy()
    }))

  test('drops without a word what comes faster than it can greet', () =>
    withListener({ maxClients: 2 }, async ({ listener }) => {
      const flood = await Promise.all(Array.from({ length: 12 }, () => connectClient(listener.port, { early: true })))
      const words = await Promise.all(flood.map((client) => client.reply().catch(() => 'nothing')))
      for (const client of flood) client.end()
      expect(words.filter((word) => word.startsWith('220'))).toHaveLength(2)
      expect(words.filter((word) => word === 'nothing').length).toBeGreaterThan(0)
    }))

  test('has forgotten clients that are gone, before they were greeted or after', () =>
    withListener({ maxClients: 10, limits: { patience: 600_000 } }, async ({ listener, open }) => {
      for (let turn = 0; turn < 10; turn++) {
        const socket = connect({ port: listener.port, host: '127.0.0.1' })
        await once(socket, 'connect')
        if (turn % 2 === 0) socket.resetAndDestroy()
        else socket.destroy()
      }
      const visit = async () => {
        const client = await open()
        expect(await client.say('QUIT')).toMatch(/^221/)
        await client.closed
      }
      for (let turn = 0; turn < 6; turn++) await Promise.all(Array.from({ length: 5 }, visit))
    }))
})
