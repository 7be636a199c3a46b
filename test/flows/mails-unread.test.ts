import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { Fault } from '../../src/core/errors.js'
import { processMail } from '../../src/flows/process-mail.js'
import { replayMail } from '../../src/flows/replay-mail.js'
import type { MailReader } from '../../src/reading/reader.js'
import type { OpenedStore } from '../../src/store/open.js'
import { openTestStore, temporaryFolder } from '../helpers/database.js'
import { addTestConnection, createTestGateway, success, type TestGateway } from '../helpers/gateway.js'
import { inThreadReader } from '../helpers/reader.js'
import { withDeadline } from '../helpers/with-deadline.js'
import { HOSTILE, openReader } from '../reading/readers.js'

const folder = temporaryFolder()
let store: OpenedStore
let gateway: TestGateway
let reader: MailReader
let reference: string
let status: () => Promise<string>
let counter = 0

beforeAll(async () => {
  store = await openTestStore()
  gateway = await createTestGateway(store, folder)
  await addTestConnection(gateway)
})
const placeOne = async (): Promise<void> => {
  const order = await gateway.place({ domain: `name-${++counter}.de` })
  await gateway.run()
  reference = order.request?.reference ?? ''
  status = async () => (await gateway.order(order.id)).status
}
beforeEach(placeOne)
afterEach(() => reader.close())
afterAll(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

const readBy = (next: MailReader): void => {
  reader = next
  gateway.deps.reader = next
}

const mailOf = async (id: string) => {
  const mail = await store.mails.get(id)
  if (mail === null) throw new Error(`mail ${id} is not there`)
  return mail
}

const waiting = async (): Promise<string> => {
  const { items } = await store.mails.list({ stage: 'received' }, { limit: 5, cursor: null })
  const [mail] = items
  if (mail === undefined || items.length > 1) throw new Error(`${items.length} mails wait`)
  return mail.id
}

describe('a mail that its reader cannot cope with', () => {
  test('is quarantined with the reason, the next one takes effect, and it is read again when one asks', () =>
    withDeadline(250, async (readMs) => {
      await placeOne()
      readBy(openReader({ read: HOSTILE, threads: 1, limits: { readMs } }))
      const reply = await gateway.reply(success(reference))
      const bomb = await gateway.receive(`X-Bomb: yes\r\n${reply}`, undefined, 'spin')
      const reason = expect.stringMatching(
        new RegExp(`^reading it took more than ${readMs / 1_000} s, twice; it is kept unread`),
      )
      expect(bomb).toMatchObject({ stage: 'quarantined', reason, verdict: { kind: 'untrusted', reason }, orders: [] })
      const logged = await store.actions.list({ level: 'warning' }, { limit: 1, cursor: null })
      expect(logged.items).toMatchObject([{ event: 'mail.judged', mailId: bomb.id }])
      expect(await status()).toBe('sent')

      const next = await gateway.receive(reply)
      await reader.close()
      if (next.reason?.startsWith('reading it took') === true) return false
      expect(next).toMatchObject({ stage: 'settled' })
      expect(await status()).toBe('done')

      readBy(inThreadReader(gateway.deps.profiles))
      await replayMail(gateway.deps, bomb.id, 'cli')
      await gateway.run()
      expect(await mailOf(bomb.id)).toMatchObject({ stage: 'duplicate', verdict: { kind: 'trusted' } })
      return true
    }))

  test('keeps its reason also where it came to the address of a bounce', async () => {
    readBy(openReader({ read: HOSTILE, limits: { readMs: 250 } }))
    const bounceTo = gateway.sent.at(-1)?.envelope.from ?? ''
    const mail = await gateway.receive('Subject: x\r\n\r\nx\r\n', bounceTo, 'spin')
    expect(mail).toMatchObject({ stage: 'quarantined', reason: expect.stringMatching(/^reading it took/) })
    expect(await status()).toBe('sent')
  })
})

describe('a reader that is not there', () => {
  test('because the gateway stops: the mail is due at once for who comes next', async () => {
    readBy(openReader())
    await reader.close()
    const reply = await gateway.reply(success(reference))
    await expect(gateway.receive(reply)).rejects.toMatchObject({ code: 'reader-closed' })
    readBy(inThreadReader(gateway.deps.profiles))
    await gateway.run()
    expect(await status()).toBe('done')
  })

  test('because something is wrong that should pass and does not: the mail waits with the reason, and one alarm', async () => {
    const broken = new Fault('reader-broken', 'no thread got ready to read the mail: out of memory', {
      temporary: true,
    })
    readBy({ ...inThreadReader(gateway.deps.profiles), read: () => Promise.reject(broken) })
    const reply = await gateway.reply(success(reference))
    await expect(gateway.receive(reply)).rejects.toBe(broken)
    const id = await waiting()
    const held = async () => {
      const { items } = await store.actions.list({ level: 'error' }, { limit: 50, cursor: null })
      return items.filter(({ event, mailId }) => event === 'mail.held' && mailId === id)
    }
    for (const _try of [2, 3, 4]) {
      gateway.pass(10_000)
      await expect(processMail(gateway.deps, id)).rejects.toBe(broken)
    }
    expect(await held()).toEqual([])
    for (const _try of [5, 6]) {
      gateway.pass(60_000)
      await processMail(gateway.deps, id)
    }
    expect(await mailOf(id)).toMatchObject({ stage: 'received', reason: expect.stringMatching(/out of memory$/) })
    expect(await held()).toMatchObject([{ data: { code: 'reader-broken' } }])
    readBy(inThreadReader(gateway.deps.profiles))
    gateway.pass(60_000)
    await gateway.run()
    expect(await status()).toBe('done')
  })

  test('because its file is missing: the mail waits with the reason, and is read when the file is back', async () => {
    readBy(openReader({ read: pathToFileURL(join(folder, 'none.js')) }))
    const mail = await gateway.receive(await gateway.reply(success(reference)))
    expect(mail).toMatchObject({ stage: 'received', reason: expect.stringMatching(/none\.js is missing/) })
    const held = await store.actions.list({ level: 'error' }, { limit: 1, cursor: null })
    expect(held.items).toMatchObject([{ event: 'mail.held', mailId: mail.id, data: { code: 'reader-broken' } }])
    await reader.close()
    readBy(inThreadReader(gateway.deps.profiles))
    gateway.pass(60_000)
    await gateway.run()
    expect(await mailOf(mail.id)).toMatchObject({ stage: 'settled' })
    expect(await status()).toBe('done')
  })
})

test('a mail whose reading takes long stays with who reads it', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  try {
    const inThread = inThreadReader(gateway.deps.profiles)
    const [begun, finish, renewed] = [signal(), signal(), signal()]
    readBy({
      ...inThread,
      read: async (task) => {
        begun.give()
        await finish.given
        return inThread.read(task)
      },
    })
    const extend: typeof store.mails.extend = async (...extension) => {
      const held = await store.mails.extend(...extension)
      renewed.give()
      return held
    }
    gateway.deps.store = { ...store, mails: { ...store.mails, extend } }
    const received = gateway.receive(await gateway.reply(success(reference)))
    await begun.given
    const id = await waiting()
    gateway.pass(8_000)
    vi.advanceTimersByTime(8_000)
    await renewed.given
    gateway.pass(8_000) // the lease that it was claimed with has ended
    expect(await store.mails.claim(id, { owner: 'another', now: gateway.now(), leaseMs: 1 })).toBeNull()
    finish.give()
    expect(await received).toMatchObject({ stage: 'settled' })
    expect(vi.getTimerCount()).toBe(0)
  } finally {
    vi.useRealTimers()
    gateway.deps.store = store
  }
})

test('one that another claimed meanwhile changes nothing twice', async () => {
  const inThread = inThreadReader(gateway.deps.profiles)
  const [begun, finish] = [signal(), signal()]
  readBy({
    ...inThread,
    read: async (task) => {
      begun.give()
      await finish.given
      return inThread.read(task)
    },
  })
  const received = gateway.receive(await gateway.reply(success(reference)))
  await begun.given
  const id = await waiting()
  gateway.pass(11_000)
  await processMail({ ...gateway.deps, owner: 'another', reader: inThread }, id)
  expect(await status()).toBe('done')
  finish.give()
  await received
  const judged = await store.actions.list({}, { limit: 20, cursor: null })
  expect(judged.items.filter(({ event, mailId }) => event === 'mail.judged' && mailId === id)).toHaveLength(1)
})

const signal = () => {
  let give = (): void => {}
  const given = new Promise<void>((resolve) => {
    give = resolve
  })
  return { given, give: () => give() }
}
