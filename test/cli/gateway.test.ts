import { expect, test } from 'vitest'
import { callJson, type Gateway } from '../../src/cli/gateway.js'

const answering = (status: number, body: object): Gateway => ({
  call: async () => ({ status, body: Buffer.from(JSON.stringify(body)) }),
})

test('a refusal is one sentence, with the problems that it does not tell already', async () => {
  const gateway = answering(422, {
    detail: 'it cannot be: /key: is not there; /title: is taken',
    errors: [
      { pointer: '/key', detail: 'is not there.' },
      { pointer: '/title', detail: 'is taken' },
      { pointer: '/mode', detail: 'is missing' },
    ],
  })
  await expect(callJson(gateway, 'POST', '/v1/connections', {})).rejects.toMatchObject({
    exitCode: 1,
    message: 'it cannot be: /key: is not there; /title: is taken\n  /mode is missing',
  })
})

test('a store that is away ends with 75', async () => {
  const gateway = answering(503, { detail: 'the store is away' })
  await expect(callJson(gateway, 'GET', '/v1/orders')).rejects.toMatchObject({ exitCode: 75 })
})
