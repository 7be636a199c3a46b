import { afterEach, describe, expect, test } from 'vitest'
import { newServerDatabase } from '../helpers/database.js'
import { replyMail, signText } from '../helpers/gateway.js'
import { needs } from '../helpers/needs.js'
import { eventually, type Place, run, sendMail } from './program.js'
import { cleanUp, connect, domainOf, order, place, serving, simulator } from './stage.js'

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

    const ended = Date.now()
    expect(await gateway.end('SIGTERM')).toBe(0)
    expect(Date.now() - ended).toBeLessThan(10_000)
    expect(await run(where, ['log', 'verify'])).toMatchObject({ code: 0 })
  })

  test.each([
    ['refuse', 'Error', 'refused'],
    ['reject', 'Error', 'refused'],
    ['bounce', 'Error', 'refused'],
    ['duplicate', 'Registered', 'done'],
    ['twice-different', 'Registered', 'done'],
  ])('a registry that behaves like %s: %s', async (behave, status, orderStatus) => {
    const where = await place()
    const gateway = await serving(where)
    await connect(where, await simulator(where, gateway, behave))
    const placed = await gateway.call('POST', '/v1/orders', order())
    const { id } = (await placed.json()) as { id: string }
    await eventually(
      () => domainOf(gateway, 'bücher-müller.de'),
      (domain) => domain.status === status,
    )
    const now = (await (await gateway.call('GET', `/v1/orders/${id}`)).json()) as {
      status: string
      reason: string | null
    }
    expect(now.status).toBe(orderStatus)
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
    const ask = async () =>
      ((await (await gateway.call('GET', '/v1/mails?direction=in')).json()) as { items: { stage: string }[] }).items
    const [mail] = await eventually(ask, ([first]) => first !== undefined && first.stage !== 'received')
    expect(mail?.stage).toBe(stage)
    expect(await domainOf(gateway, 'bücher-müller.de')).toMatchObject({ status: 'Registering', registered: true })
  })
})

/** The mail was taken with 250, the process was gone the same moment; another start finds it and settles its order. */
const dieAfter250 = async (where: Place): Promise<void> => {
  const first = await serving(where)
  await connect(where, await simulator(where, first, 'silent'))
  const placed = (await (await first.call('POST', '/v1/orders', order())).json()) as { id: string }
  const sent = async () =>
    (await (await first.call('GET', `/v1/orders/${placed.id}`)).json()) as {
      status: string
      request: { reference: string }
    }
  const { request } = await eventually(sent, ({ status }) => status === 'sent')
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
  const { items } = (await (await second.call('GET', '/v1/mails?direction=in')).json()) as {
    items: { stage: string }[]
  }
  expect(items.map(({ stage }) => stage)).toEqual(['settled'])
  expect(await run(where, ['log', 'verify'])).toMatchObject({ code: 0 })
}

describe('a process that dies right after 250', () => {
  test('on the embedded database', async () => dieAfter250(await place()))
})

const withServer = await needs('postgresql')
withServer('a process that dies right after 250, with PostgreSQL', () => {
  test('on a database of its own', async () => {
    const { url, remove } = await newServerDatabase()
    try {
      await dieAfter250(await place({ DATABASE_URL: url }))
      await cleanUp()
    } finally {
      await remove()
    }
  })
})
