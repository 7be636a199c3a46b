import { Client } from 'pg'
import { afterEach, describe, expect, test } from 'vitest'
import { newServerDatabase } from '../helpers/database.js'
import { replyMail, signText } from '../helpers/gateway.js'
import { needs } from '../helpers/needs.js'
import { eventually, type Place, run, sendMail } from './program.js'
import { cleanUp, connect, domainOf, inboundStages, order, orderOf, place, serving, simulator } from './stage.js'

afterEach(cleanUp)

describe('the whole chain', () => {
  test('an order over HTTP becomes Registered through a simulator in another process; commands go through the gateway', async () => {
    const where = await place()
    const gateway = await serving(where)
    await connect(where, await simulator(where, gateway))

    const placed = await gateway.call('POST', '/v1/orders', order(), { 'idempotency-key': 'key-1' })
    expect(placed.status).toBe(202)
    const { id } = (await placed.json()) as { id: string }
    expect(placed.headers.get('location')).toBe(`/v1/orders/${id}`)
    const domain = await eventually(
      () => domainOf(gateway, 'bücher-müller.de'),
      ({ status }) => status === 'Registered',
    )
    expect(domain).toMatchObject({ name: 'xn--bcher-mller-thbg.de', registered: true })

    expect(await run(where, ['log', 'verify'])).toMatchObject({ code: 0, stdout: expect.stringContaining('whole') })
    const shown = await run(where, ['domain', 'show', 'bücher-müller.de'])
    expect(shown.stdout).toContain('the registry reports success')
    const mails = JSON.parse((await run(where, ['mail', 'list', '--json'])).stdout) as {
      id: string
      direction: string
    }[]
    const out = mails.find(({ direction }) => direction === 'out')?.id ?? ''
    const raw = await run(where, ['mail', 'show', out, '--raw'])
    expect(raw.stdout).toContain('Domain: bücher-müller.de')

    expect(await gateway.end('SIGTERM')).toBe(0)
    expect(gateway.lines.at(-1)).toContain('"stopped"') // by itself, not because its time was up
    expect(await run(where, ['log', 'verify'])).toMatchObject({ code: 0 })
  })

  test.each([
    ['refuse', 'Error', 'refused', ['settled']],
    ['reject', 'Error', 'refused', []],
    ['bounce', 'Error', 'refused', ['bounce']],
    ['late', 'Registered', 'done', ['settled']],
    ['duplicate', 'Registered', 'done', ['duplicate', 'duplicate', 'settled']],
    ['twice-different', 'Registered', 'done', ['conflict', 'settled']],
  ])('a registry that behaves like %s: %s', async (behave, status, orderStatus, stages) => {
    const where = await place()
    const gateway = await serving(where)
    await connect(where, await simulator(where, gateway, behave))
    const placed = await gateway.call('POST', '/v1/orders', order())
    const { id } = (await placed.json()) as { id: string }
    await eventually(
      () => orderOf(gateway, id),
      (now) => now.status === orderStatus,
    )
    const judged = await eventually(
      () => inboundStages(gateway),
      (now) => now.length >= stages.length && !now.includes('received'),
    )
    expect(judged.sort()).toEqual(stages)
    expect(await orderOf(gateway, id)).toMatchObject({ status: orderStatus })
    expect(await domainOf(gateway, 'bücher-müller.de')).toMatchObject({ status })
  })

  test('a registry that takes no mail for now: the order stays queued, with the answer of its server', async () => {
    const where = await place()
    const gateway = await serving(where)
    await connect(where, await simulator(where, gateway, 'tempfail'))
    const placed = await gateway.call('POST', '/v1/orders', order())
    const { id } = (await placed.json()) as { id: string }
    const now = await eventually(
      () => orderOf(gateway, id),
      ({ request }) => request.answer !== null,
    )
    expect(now).toMatchObject({ status: 'queued', request: { answer: expect.stringMatching(/^451 4\.3\.0 /) } })
    expect(now.request.nextAttemptAt).not.toBeNull()
  })

  test.each([
    ['unsigned', 'untrusted'],
    ['wrong-key', 'untrusted'],
    ['quote-original', 'quarantined'],
    ['unknown-wording', 'unrecognised'],
  ])('a registry that behaves like %s: the mail is %s and the domain stays Registering', async (behave, stage) => {
    const where = await place()
    const gateway = await serving(where)
    await connect(where, await simulator(where, gateway, behave))
    await gateway.call('POST', '/v1/orders', order())
    const judged = await eventually(
      () => inboundStages(gateway),
      (now) => now.length > 0 && !now.includes('received'),
    )
    expect(judged).toEqual([stage])
    expect(await domainOf(gateway, 'bücher-müller.de')).toMatchObject({ status: 'Registering', registered: true })
  })
})

/** The mail was taken with 250, the process was gone the same moment; another start finds it and settles its order. */
const dieAfter250 = async (where: Place): Promise<void> => {
  const first = await serving(where)
  await connect(where, await simulator(where, first, 'silent'))
  const placed = (await (await first.call('POST', '/v1/orders', order())).json()) as { id: string }
  const { request } = await eventually(
    () => orderOf(first, placed.id),
    ({ status }) => status === 'sent',
  )
  const lines = ['RESULT: success', 'STID: dfaaa080-96ef-551c-afd2-309f0fbcba9b', `CTID: ${request.reference}`]
  const raw = replyMail(await signText(lines, 'rsa2048', new Date()))
  const answer = await sendMail(first.smtpPort, {
    from: 'robot@registry.example',
    to: 'denic-main@in.hoster.example',
    raw,
  })
  const gone = first.end('SIGKILL')
  expect(answer).toMatch(/^250 /)
  await gone

  const second = await serving(where)
  await eventually(
    () => domainOf(second, 'bücher-müller.de'),
    ({ status }) => status === 'Registered',
  )
  expect(await inboundStages(second)).toEqual(['settled'])
  expect(await run(where, ['log', 'verify'])).toMatchObject({ code: 0 })
}

describe('a process that dies right after 250', () => {
  test('on the embedded database', async () => dieAfter250(await place({}, { embedded: true })))
})

const withServer = await needs('postgresql')
withServer('a process that dies right after 250, with PostgreSQL', () => {
  test('on a database of its own', async () => {
    await onServer(async (url) => dieAfter250(await place({ DATABASE_URL: url })))
  })
})

withServer('somebody who changes the log behind its back, with PostgreSQL', () => {
  test('is found by log verify, which names the first entry that does not fit', async () => {
    await onServer(async (url) => {
      const where = await place({ DATABASE_URL: url })
      await connect(where, 1)
      const made = await run(where, ['token', 'create', '--name', 'billing', '--scope', 'billing', '--json'])
      expect(JSON.parse(made.stdout)).toMatchObject({ name: 'billing', scope: 'billing', account: null })
      expect(await run(where, ['log', 'verify'])).toMatchObject({ code: 0 })

      await query(url, 'ALTER TABLE "actions" DISABLE TRIGGER "actions_append_only"')
      await query(url, `UPDATE "actions" SET "text" = 'nothing happened' WHERE "id" = 1`)
      const verdict = await run(where, ['log', 'verify'])
      expect(verdict).toMatchObject({ code: 1, stderr: expect.stringContaining('broken at entry 1: ') })
      expect(JSON.parse((await run(where, ['log', 'verify', '--json'])).stdout)).toMatchObject({ whole: false })
    })
  })
})

const onServer = async (work: (url: string) => Promise<void>): Promise<void> => {
  const { url, remove } = await newServerDatabase()
  try {
    await work(url)
    await cleanUp()
  } finally {
    await remove()
  }
}

const query = async (url: string, sql: string): Promise<void> => {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(sql).finally(() => client.end())
}
