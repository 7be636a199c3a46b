import { afterEach, expect, test } from 'vitest'
import { startSimulator } from '../../src/simulator/simulator.js'
import { NOBODY } from '../helpers/nobody.js'
import { clearOrder, mimeOrder, openSink, openWorld, orderText, type World } from './gateway.js'

let world: World | undefined
afterEach(async () => {
  await world?.close()
  world = undefined
})

const open = async (options: Parameters<typeof openWorld>[0] = {}): Promise<World> => {
  world = await openWorld(options)
  return world
}

test('an answer is delivered again after 4xx', async () => {
  const at = await open()
  at.sink.refuseWith(451, 421)
  await at.send({ octets: await clearOrder(at.gateway.privateKey, orderText('example.de')) })
  await at.sink.mails(1)
  expect(await at.logged(({ event }) => event === 'answer')).toMatchObject({ state: 'delivered', attempts: 3 })
})

test('an answer is given up after 5xx', async () => {
  const at = await open()
  at.sink.refuseWith(550)
  await at.send({ octets: await clearOrder(at.gateway.privateKey, orderText('example.de')) })
  expect(await at.logged(({ event }) => event === 'answer')).toMatchObject({ state: 'refused', attempts: 1 })
})

test('an answer waits for a gateway that is away, and is given up in the end', async () => {
  const at = await open({ deliverTo: { host: '127.0.0.1', port: NOBODY } })
  await at.send({ octets: await clearOrder(at.gateway.privateKey, orderText('example.de')) })
  const line = await at.logged(({ event }) => event === 'answer')
  expect(line).toMatchObject({ state: 'given-up', attempts: 5, answer: expect.stringContaining('ECONNREFUSED') })
})

test('an answer reaches a gateway that comes back', async () => {
  const at = await open({ retryPausesMs: Array.from({ length: 100_000 }, () => 10) })
  await at.sink.close()
  await at.send({ octets: await clearOrder(at.gateway.privateKey, orderText('example.de')) })
  await at.logged(({ event }) => event === 'order')
  const back = await openSink(at.sink.port)
  await back.mails(1)
  await back.close()
})

test.each([
  ['is not signed', async () => Buffer.from(`From: a@example.net\r\n\r\n${orderText('example.de')}\r\n`)],
  [
    'was changed',
    async (at: World) =>
      Buffer.from(
        (await clearOrder(at.gateway.privateKey, orderText('example.de'))).toString().replace('Domain: e', 'Domain: x'),
      ),
  ],
  ['was signed by a stranger', (at: World) => clearOrder(at.robot.privateKey, orderText('example.de'))],
  [
    'has text outside its signature',
    async (at: World) =>
      Buffer.concat([
        await clearOrder(at.gateway.privateKey, orderText('example.de')),
        Buffer.from('Domain: x.de\r\n'),
      ]),
  ],
  [
    'has text before its signed part',
    async (at: World) => {
      const octets = await clearOrder(at.gateway.privateKey, orderText('example.de'))
      return Buffer.from(octets.toString().replace('-----BEGIN PGP SIGNED', 'Domain: x.de\r\n$&'))
    },
  ],
  [
    'is PGP/MIME and was changed',
    async (at: World) =>
      Buffer.from(
        (await mimeOrder(at.gateway.privateKey, orderText('example.de'))).toString().replace('base64', 'BASE64'),
      ),
  ],
  ['is PGP/MIME and was signed by a stranger', (at: World) => mimeOrder(at.robot.privateKey, orderText('example.de'))],
])('an order that %s is answered with an error that echoes nothing', async (_case, make) => {
  const at = await open()
  await at.send({ octets: await make(at) })
  const [answer] = await at.sink.mails(1)
  const text = answer?.mail.text ?? ''
  expect(text).toMatch(/RESULT: failed\nSTID: .*\nERROR: 60009500901 /)
  expect(text).not.toContain('CTID')
  expect(at.simulator.registry.holdings()).toEqual([])
})

test('a mail from the null sender is not answered', async () => {
  const at = await open()
  const octets = await clearOrder(at.gateway.privateKey, orderText('example.de'))
  await at.send({ octets, from: '' })
  await at.logged(({ event }) => event === 'order')
  expect(at.simulator.registry.holdings()).toEqual([])
  expect(at.sink.arrived).toEqual([])
})

test('orders take effect in the order in which they came', async () => {
  const at = await open()
  const update = { Action: 'UPDATE', Nserver: ['ns1.example.net', 'ns3.example.org'] }
  await at.send({ octets: await clearOrder(at.gateway.privateKey, orderText('example.de')) })
  await at.send({ octets: await clearOrder(at.gateway.privateKey, orderText('example.de', update)) })
  const answers = await at.sink.mails(2)
  expect(answers.map(({ mail }) => /RESULT: \w+/.exec(mail.text ?? '')?.[0])).toEqual([
    'RESULT: success',
    'RESULT: success',
  ])
  expect(at.simulator.registry.find('example.de')?.nameservers[1]).toEqual({ host: 'ns3.example.org', addresses: [] })
})

test.each([
  ['an unknown protocol', { protocol: '../core' }, /choose one of .*denic/],
  ['no private key', { key: 'nothing' }, /no armored OpenPGP private key/],
  ['no public key', { trust: 'nothing' }, /give the gateway's public key/],
])('does not start with %s', async (_case, change, message) => {
  await expect(openWorld(change).then(({ close }) => close())).rejects.toThrow(message)
})

test('does not start on a port that is taken', async () => {
  const at = await open()
  const start = startSimulator({
    protocol: 'denic',
    listen: { host: '127.0.0.1', port: at.simulator.port },
    deliverTo: { host: '127.0.0.1', port: 1 },
    key: at.robot.privateKey,
    trust: at.gateway.publicKey,
  })
  await expect(start).rejects.toThrow(/--listen 127\.0\.0\.1:\d+: .*EADDRINUSE.*choose another port/)
})
