import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import { type Allowance, createQuestions, createResolve, type Resolve } from '../../src/reading/dns.js'

let server: Socket | null = null
afterEach(() => {
  server?.close()
  server = null
})

/** A DNS server on loopback that answers each question with what `answer` makes of it, or not at all. */
const listen = async (answer: (query: Buffer) => Buffer | null): Promise<string[]> => {
  const socket = createSocket('udp4')
  server = socket
  socket.on('message', (query, { port, address }) => {
    const reply = answer(query)
    if (reply !== null) socket.send(reply, port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return [`127.0.0.1:${socket.address().port}`]
}

/** A response (RFC 1035, 4.1) with that code, and one TXT record of these texts where there are any. */
const response = (query: Buffer, code: number, texts: string[] = []): Buffer => {
  const question = query.subarray(12, query.indexOf(0, 12) + 5)
  const data = Buffer.concat(texts.map((text) => Buffer.from([text.length, ...Buffer.from(text)])))
  const record = Buffer.concat([Buffer.from([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0, data.length]), data])
  const counts = [0, 1, 0, texts.length === 0 ? 0 : 1, 0, 0, 0, 0]
  const header = Buffer.concat([query.subarray(0, 2), Buffer.from([0x81, 0x80 | code, ...counts])])
  return Buffer.concat([header, question, ...(texts.length === 0 ? [] : [record])])
}

describe('the resolver of this host', () => {
  test('gives texts in their pieces', async () => {
    const resolve = createResolve({ servers: await listen((query) => response(query, 0, ['v=spf1', ' -all'])) })
    expect(await resolve('registry.example', 'TXT')).toEqual([['v=spf1', ' -all']])
  })

  test.each([
    [3, 'ENOTFOUND'],
    [2, 'ESERVFAIL'],
    [5, 'EREFUSED'],
  ])('fails on response code %i with %s', async (code, expected) => {
    const resolve = createResolve({ servers: await listen((query) => response(query, code)) })
    for (const type of ['TXT', 'MX', 'A', 'AAAA', 'PTR'])
      await expect(resolve('registry.example', type)).rejects.toMatchObject({ code: expected })
  })

  test('gives up on a server that says nothing', async () => {
    const resolve = createResolve({ servers: await listen(() => null), timeoutMs: 50 })
    await expect(resolve('registry.example', 'TXT')).rejects.toMatchObject({ code: 'ETIMEOUT' })
  })
})

const PLENTY: Allowance = { ms: 60_000, questions: 100, late: 'ETIMEOUT' }

const failing =
  (code: string): Resolve =>
  async () => {
    throw Object.assign(new Error(code), { code })
  }

describe('questions about a mail', () => {
  test.each([
    ['ENOTFOUND', 'ENOTFOUND', false],
    ['ENODATA', 'ENODATA', false],
    ['EBADNAME', 'ENOTFOUND', false],
    ['ESERVFAIL', 'ESERVFAIL', true],
    ['ETIMEOUT', 'ETIMEOUT', true],
    ['ECONNREFUSED', 'ECONNREFUSED', true],
  ])('%s is told as %s', async (code, told, failed) => {
    const asking = createQuestions(failing(code))(PLENTY)
    expect(asking.failed()).toBe(false)
    await expect(asking.resolve('a.example', 'TXT')).rejects.toMatchObject({ code: told })
    expect(asking.failed()).toBe(failed)
  })

  test.each([
    '',
    '.',
    'a..example',
    `${'x'.repeat(64)}.example`,
    'x.'.repeat(127),
    'a b.example',
    'ä.example',
    'a\0.example',
  ])('nobody is asked about a name that cannot be: %j', async (name) => {
    const asked: string[] = []
    const asking = createQuestions(async (one) => {
      asked.push(one)
      return []
    })(PLENTY)
    await expect(asking.resolve(name, 'TXT')).rejects.toMatchObject({ code: 'ENOTFOUND' })
    expect([asked, asking.failed()]).toEqual([[], false])
  })

  test('an answer is shared, in whatever case its name is written', async () => {
    const asked: string[] = []
    const questions = createQuestions(async (name, type) => {
      asked.push(`${name} ${type}`)
      return [['x']]
    })
    const [first, second] = [questions(PLENTY), questions(PLENTY)]
    expect(await first.resolve('a.example', 'TXT')).toEqual([['x']])
    expect(await second.resolve('A.example', 'TXT')).toEqual([['x']])
    await second.resolve('a.example', 'MX')
    expect(asked).toEqual(['a.example TXT', 'a.example MX'])
  })

  test('one too many is about nothing that exists', async () => {
    const asking = createQuestions(async () => [['x']])({ ...PLENTY, questions: 2 })
    await asking.resolve('a.example', 'TXT')
    await asking.resolve('b.example', 'TXT')
    await expect(asking.resolve('c.example', 'TXT')).rejects.toMatchObject({ code: 'ENOTFOUND' })
    expect(asking.failed()).toBe(false)
  })

  const never: Resolve = () => new Promise(() => {})

  test('one that gets no answer fails for now', async () => {
    const asking = createQuestions(never, 20)(PLENTY)
    await expect(asking.resolve('a.example', 'TXT')).rejects.toMatchObject({ code: 'ETIMEOUT' })
    expect(asking.failed()).toBe(true)
  })

  test.each([
    ['ETIMEOUT', true],
    ['ENOTFOUND', false],
  ] as const)('when the time for all is over, each fails with %s', async (late, failed) => {
    const asking = createQuestions(never)({ ...PLENTY, ms: 20, late })
    for (const name of ['a.example', 'b.example'])
      await expect(asking.resolve(name, 'TXT')).rejects.toMatchObject({ code: late })
    expect(asking.failed()).toBe(failed)
  })
})
