import { expect, test } from 'vitest'
import { callJson, callRaw, type Gateway } from '../../src/cli/gateway.js'

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

test('octets are printed as they come, and a refusal is never printed in their place', async () => {
  expect(String(await callRaw(answering(200, { a: 1 }), 'GET', '/v1/mails/1/raw'))).toBe('{"a":1}')
  const gone = answering(410, { detail: 'the octets of mail 1 were archived' })
  await expect(callRaw(gone, 'GET', '/v1/mails/1/raw')).rejects.toMatchObject({
    exitCode: 1,
    message: 'the octets of mail 1 were archived',
  })
})
