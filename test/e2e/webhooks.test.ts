import { afterEach, expect, test } from 'vitest'
import type { DeliveryView, WebhookView } from '../../src/core/webhook-views.js'
import { openReceiver } from '../helpers/webhooks.js'
import { eventually, type Place, run } from './program.js'
import { cleanUp, connect, order, place, serving } from './stage.js'

const receivers: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const receiver of receivers.splice(0)) await receiver.close()
  await cleanUp()
})

const listening = async () => {
  const receiver = await openReceiver()
  receivers.push(receiver)
  return receiver
}

const json = async (where: Place, ...args: string[]) => {
  const result = await run(where, ['webhook', ...args, '--json'])
  expect(result).toMatchObject({ code: 0, stderr: '' })
  return JSON.parse(result.stdout)
}

test('a webhook is managed by commands, and hears of an order from the running gateway', async () => {
  const receiver = await listening()
  const where = await place({ SEALPOST_WEBHOOK_PRIVATE: 'allow' })
  const { id, secret } = await json(where, 'add', '--url', receiver.url, '--type', 'domain.scheduled', 'order.filed')
  expect(secret).toMatch(/^whsec_/)
  const gateway = await serving(where)
  await connect(where, 1) // nothing is there to take the request
  const taken = await run(where, ['webhook', 'test', id])
  expect(taken).toMatchObject({ code: 0, stdout: 'taken with 204\n' })
  const placed = await gateway.call('POST', '/v1/orders', order())
  expect(placed.status).toBe(202)
  await eventually(
    async () => receiver.taken.length,
    (count) => count === 2,
  )
  const [, told] = receiver.taken
  expect(told?.event).toMatchObject({
    type: 'domain.scheduled',
    source: expect.stringMatching(/^urn:uuid:[0-9a-f-]{36}$/),
  })

  const shown = (): Promise<WebhookView & { deliveries: { items: DeliveryView[] } }> => json(where, 'show', id)
  const [delivery] = (await eventually(shown, ({ deliveries }) => deliveries.items[0]?.state === 'delivered'))
    .deliveries.items
  const words = await run(where, ['webhook', 'show', id])
  expect(words.stdout).toContain('domain.scheduled  xn--bcher-mller')
  expect(words.stdout).not.toContain(secret.slice(6))
  const calls = await run(where, ['webhook', 'show', id, delivery?.id ?? ''])
  expect(calls.stdout).toContain(`webhook-id: ${told?.headers['webhook-id']}`)

  expect(await run(where, ['webhook', 'redeliver', id, delivery?.id ?? ''])).toMatchObject({ code: 0 })
  await eventually(
    async () => receiver.taken.length,
    (count) => count === 3,
  )
  expect(receiver.taken[2]?.headers['webhook-id']).toBe(told?.headers['webhook-id'])
  expect(await json(where, 'redeliver', id, '--since', '2026-01-01T00:00:00Z')).toEqual({ redelivered: 0 })

  const fresh = await run(where, ['webhook', 'rotate', id])
  expect(fresh.stdout).toMatch(/^whsec_/)
  await run(where, ['webhook', 'test', id])
  expect(String(receiver.taken[3]?.headers['webhook-signature']).split(' ')).toHaveLength(2)

  expect(await json(where, 'change', id, '--disable', '--type', '*')).toMatchObject({ enabled: false, types: ['*'] })
  expect((await run(where, ['webhook', 'list'])).stdout).toContain('disabled: an administrator disabled it')
  expect(await run(where, ['webhook', 'redeliver', id])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('enable it'),
  })
  receiver.answer(() => 500)
  expect(await run(where, ['webhook', 'test', id])).toMatchObject({ code: 1, stderr: expect.stringContaining('500') })
  expect(await run(where, ['webhook', 'change', id])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--url'),
  })
  expect(await run(where, ['webhook', 'remove', id])).toMatchObject({ code: 0 })
  expect(await json(where, 'list')).toEqual([])
})

test('a gateway that stops does not wait for a receiver that never answers', async () => {
  const receiver = await listening()
  receiver.answer(() => 'silence')
  const where = await place({ SEALPOST_WEBHOOK_PRIVATE: 'allow' })
  await json(where, 'add', '--url', receiver.url)
  const gateway = await serving(where)
  await connect(where, 1)
  expect((await gateway.call('POST', '/v1/orders', order())).status).toBe(202)
  await eventually(
    async () => receiver.taken.length,
    (count) => count > 0,
  )
  expect(await gateway.end('SIGTERM'), gateway.lines.slice(-5).join('\n')).toBe(0)
})

test('a webhook to this very machine is refused unless it is allowed', async () => {
  const receiver = await listening()
  const where = await place()
  const refused = await run(where, ['webhook', 'add', '--url', receiver.url])
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('SEALPOST_WEBHOOK_PRIVATE=allow') })
  expect(receiver.taken).toEqual([])
})
