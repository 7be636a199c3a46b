import { readFileSync } from 'node:fs'
import * as path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { aConnectionFile, copyKey, replyMail, signText } from '../helpers/gateway.js'
import { eventually, newPlace, type Place, run, type Serving, sendMail, serve, start, write } from './program.js'

const KEYS = path.resolve(import.meta.dirname, '../fixtures/openpgp/keys')
const cleanUp: (() => unknown)[] = []

afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo()
})

const place = async (more: NodeJS.ProcessEnv = {}): Promise<Place> => {
  const made = await newPlace(more)
  cleanUp.push(made.remove)
  copyKey(path.join(made.folder, 'keys'), 'ed25519.sec.asc', 'gateway.asc', true)
  copyKey(path.join(made.folder, 'keys'), 'rsa2048.pub.asc', 'registry.asc', false)
  return made
}

const serving = async (where: Place): Promise<Serving> => {
  const gateway = await serve(where)
  cleanUp.push(() => gateway.end('SIGKILL'))
  return gateway
}

const simulator = async (where: Place, gateway: Serving, behave = 'honest'): Promise<number> => {
  const args = [
    ...['simulate', 'denic', '--listen', '127.0.0.1:0', '--deliver-to', `127.0.0.1:${gateway.smtpPort}`],
    ...['--key', path.join(KEYS, 'rsa2048.sec.asc'), '--trust', path.join(KEYS, 'ed25519.pub.asc'), '--behave', behave],
  ]
  const registry = start(where, args)
  cleanUp.push(() => registry.end('SIGKILL'))
  const { listening } = JSON.parse(await registry.line((text) => text.includes('listening'))) as { listening: string }
  return Number(listening.split(':').at(-1))
}

const connect = async (where: Place, port: number): Promise<void> => {
  const file = write(where, 'denic.yaml', aConnectionFile({ relay: { host: '127.0.0.1', port, tls: false } }))
  const added = await run(where, ['connection', 'add', '--file', file])
  expect(added).toMatchObject({ code: 0, stderr: '' })
}

const order = (change: object = {}) => ({
  billingOrderId: 'INV-1',
  account: { id: 'cust-7', type: 'customer', email: 'owner@example.net' },
  action: 'register',
  domain: 'bücher-müller.de',
  paid: true,
  nameservers: [{ host: 'ns1.example.net' }, { host: 'ns1.bücher-müller.de', addresses: ['192.0.2.53'] }],
  contacts: { holder: { handle: 'DENIC-1234-MUSTER' } },
  price: { amount: '9.90', currency: 'EUR' },
  ...change,
})

const domainOf = async (gateway: Serving, name: string) => {
  const answer = await gateway.call('GET', `/v1/domains/${encodeURIComponent(name)}`)
  return (await answer.json()) as { status: string; registered: boolean; name: string }
}

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

describe('a process that dies', () => {
  test('right after 250: the mail is judged after the restart', async () => {
    const where = await place()
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
  })
})

describe('commands', () => {
  test('a second gateway on the same folder is refused with a sentence', async () => {
    const where = await place()
    await serving(where)
    const second = await run(where, ['serve'])
    expect(second.code).toBe(1)
    expect(second.stderr).toMatch(/in use by process \d+/)
  })

  test('mail ingest keeps the exact octets, while the gateway runs and without it', async () => {
    const where = await place()
    const gateway = await serving(where)
    await connect(where, 1)
    const raw = Buffer.from('To: denic-main@in.hoster.example\r\nSubject: \xfcber\r\n\r\n.dot\nbare\r\n', 'latin1')
    const during = await run(where, ['mail', 'ingest'], raw)
    expect(during).toMatchObject({ code: 0, stderr: '' })
    await gateway.end('SIGTERM')
    const after = await run(where, ['mail', 'ingest'], Buffer.concat([raw, Buffer.from('more\r\n')]))
    expect(after).toMatchObject({ code: 0, stderr: '' })
    const shown = await run(where, ['mail', 'show', during.stdout.trim(), '--json'])
    expect(JSON.parse(shown.stdout)).toMatchObject({ size: raw.length })
  })

  test.each([
    [['nonsense'], 2, /unknown command/],
    [['order'], 2, /Usage/],
    [['connection', 'add'], 2, /--file/],
    [['demo', '--once', '--profile', 'no-such'], 2, /no profile "no-such"/],
    [['demo', '--once', '--behave', 'nicely'], 2, /nicely/],
    [['order', 'show', 'no-such'], 1, /no order/],
    [['order', 'place', '--file', '/nowhere.json'], 1, /nowhere\.json cannot be read/],
    [['serve', '--role', 'cook'], 2, /cook/],
  ])('%j ends with %d', async (args, code, words) => {
    const result = await run(await place(), args)
    expect({ code: result.code, stderr: result.stderr }).toEqual({ code, stderr: expect.stringMatching(words) })
  })

  test('a connection file with many mistakes is told all of them at once', async () => {
    const where = await place()
    const file = write(where, 'bad.yaml', {
      ...aConnectionFile({ profile: 'nobody', tlds: ['.de'], mode: 'loud', colour: 'red', replyTimeout: 'soon' }),
      registry: { to: 'Robot <robot@registry.example>', from: 'domains@hoster.example' },
    })
    const { code, stderr } = await run(where, ['connection', 'add', '--file', file])
    expect(code).toBe(1)
    for (const word of ['/tlds/0', '/mode', 'colour', '/replyTimeout', '/registry/to', '/registry/replyTo'])
      expect(stderr).toContain(word)
  })

  test('wrong settings are told all at once, by their names', async () => {
    const where = await place({ SEALPOST_HTTP: 'here', SEALPOST_SMTP_PER_ADDRESS: 'many', LOG_LEVEL: 'loud' })
    const { code, stderr } = await run(where, ['config', 'check'])
    expect(code).toBe(1)
    for (const name of ['SEALPOST_HTTP', 'SEALPOST_SMTP_PER_ADDRESS', 'LOG_LEVEL']) expect(stderr).toContain(name)
  })

  test("an operator's template with an unknown field stops the start, and names the field", async () => {
    const where = await place()
    const source = readFileSync(path.resolve(import.meta.dirname, '../../templates/denic/register.liquid'), 'utf8')
    const { mkdirSync } = await import('node:fs')
    mkdirSync(path.join(where.folder, 'templates/denic'), { recursive: true })
    write(where, 'templates/denic/register.liquid', `${source}{% if shoe_size %}{{ shoe_size }}{% endif %}\n`)
    const { code, stderr } = await run(where, ['serve'])
    expect(code).toBe(1)
    expect(stderr).toContain('shoe_size')
  })
})

describe('the demo', () => {
  test('ends with 0 when each order ended as it should', async () => {
    const { code, stdout } = await run(await place(), ['demo', '--once'])
    expect(stdout).toContain('All 6 ended as they should.')
    expect(code).toBe(0)
  })

  test('ends with 1 under a wrong key, and says which order did not arrive and why', async () => {
    const { code, stdout } = await run(await place(), ['demo', '--once', '--behave', 'wrong-key'])
    expect(code).toBe(1)
    expect(stdout).toMatch(/sunrise-bakery\.de\) is timed-out.*untrusted/)
  }, 120_000)
})
