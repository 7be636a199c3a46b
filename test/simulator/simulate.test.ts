import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encryptKey, readPrivateKey } from 'openpgp'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { generateKeyPair } from '../../src/simulator/keys.js'
import { parseHostPort, simulateCommand } from '../../src/simulator/simulate.js'
import { clearOrder, openSink, orderText, sendTo } from './gateway.js'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealpost-simulate-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const locked = async (armored: string, passphrase: string): Promise<string> =>
  (await encryptKey({ privateKey: await readPrivateKey({ armoredKey: armored }), passphrase })).armor()

test('runs from files, prints a line when it listens, for each order and each answer, and stops when told', async () => {
  const robot = await generateKeyPair({ name: 'Robot', email: 'robot@registry.example' })
  const gateway = await generateKeyPair({ name: 'Gateway', email: 'gateway@example.net' })
  const key = join(folder, 'robot.asc')
  const trust = join(folder, 'gateway.asc')
  await writeFile(key, await locked(robot.privateKey, 'open sesame'))
  await writeFile(trust, gateway.publicKey)
  const sink = await openSink()
  const lines: Record<string, unknown>[] = []
  let stop = () => {}
  let heard = (_count: number) => {}
  const stopped = new Promise<void>((resolve) => {
    stop = resolve
  })
  const until = (count: number) =>
    new Promise<void>((resolve) => {
      heard = (seen) => seen >= count && resolve()
      heard(lines.length)
    })
  const running = simulateCommand(
    { profile: 'denic', listen: '127.0.0.1:0', deliverTo: `127.0.0.1:${sink.port}`, key, trust, delay: '0.01' },
    {
      write: (line) => {
        expect(line.endsWith('}\n')).toBe(true)
        heard(lines.push(JSON.parse(line)))
      },
      stop: stopped,
      passphrase: 'open sesame',
    },
  )
  await until(1)
  const { port } = parseHostPort('listening', String(lines[0]?.['listening']))
  expect(lines[0]).toMatchObject({ protocol: 'denic', behave: 'honest' })
  await sendTo({ port }, { octets: await clearOrder(gateway.privateKey, orderText('example.de')) })
  await until(3)
  expect(lines[1]).toMatchObject({
    event: 'order',
    signature: 'good',
    action: 'CREATE',
    domain: 'example.de',
    outcome: 'success',
  })
  expect(lines[2]).toMatchObject({ event: 'answer', state: 'delivered', to: 'orders@gateway.example' })
  stop()
  await running
  await sink.close()
})

describe('refuses, saying what to do', () => {
  const command = (change: Record<string, string>, passphrase?: string) =>
    simulateCommand(
      {
        profile: 'denic',
        listen: '127.0.0.1:0',
        deliverTo: '127.0.0.1:2525',
        key: join(folder, 'robot.asc'),
        trust: join(folder, 'gateway.asc'),
        ...change,
      },
      { write: () => undefined, stop: Promise.resolve(), passphrase },
    )

  test.each([
    [
      'a key that is not there',
      {},
      /^--key .*robot\.asc: there is no such file; make one with: gpg .*--quick-generate-key/,
    ],
    ['an unknown behaviour', { behave: 'odd' }, /^--behave odd: .*choose one of honest,/],
    ['a bad address to listen on', { listen: 'here' }, /^--listen here: give HOST:PORT/],
    [
      'a bad address to deliver to',
      { deliverTo: '127.0.0.1:99999' },
      /^--deliver-to 127\.0\.0\.1:99999: give HOST:PORT/,
    ],
    ['a control that others could reach', { control: '0.0.0.0:0' }, /^--control 0\.0\.0\.0: only loopback/],
    ['a bad delay', { delay: 'soon' }, /^--delay soon: give seconds/],
  ])('%s', (_case, change, message) => expect(command(change)).rejects.toThrow(message))

  test.each([
    [undefined, /set SEALPOST_SIMULATOR_PASSPHRASE/],
    ['wrong', /SEALPOST_SIMULATOR_PASSPHRASE does not open it/],
  ])('a locked key with the passphrase %s', async (passphrase, message) => {
    const { privateKey, publicKey } = await generateKeyPair({ name: 'Robot', email: 'robot@registry.example' })
    await writeFile(join(folder, 'robot.asc'), await locked(privateKey, 'right'))
    await writeFile(join(folder, 'gateway.asc'), publicKey)
    await expect(command({}, passphrase)).rejects.toThrow(message)
  })
})

test.each([
  ['127.0.0.1:2526', { host: '127.0.0.1', port: 2526 }],
  ['localhost:0', { host: 'localhost', port: 0 }],
  ['[::1]:25', { host: '::1', port: 25 }],
])('%s is a host and a port', (value, expected) => expect(parseHostPort('--listen', value)).toEqual(expected))

test.each(['', '2526', ':2526', '::1:25', 'host:', 'host:65536', 'host:2x'])('%j is none', (value) =>
  expect(() => parseHostPort('--listen', value)).toThrow(/give HOST:PORT/),
)

test.each(['rsa', 'ecc'] as const)('a new %s key pair is unlocked', async (type) => {
  const { privateKey, publicKey } = await generateKeyPair({ name: 'Robot', email: 'robot@registry.example', type })
  const key = await readPrivateKey({ armoredKey: privateKey })
  expect(key.isDecrypted()).toBe(true)
  expect(publicKey).toContain('BEGIN PGP PUBLIC KEY BLOCK')
})
