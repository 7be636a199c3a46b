import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { webhookHeaders, webhookSecret } from '../../src/core/webhook-signature.js'
import { needs } from '../helpers/needs.js'

const withOpenssl = await needs('openssl')

/** The example that the libraries of Standard Webhooks are tested with. */
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const CALL = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', at: new Date(1_614_265_330_999), body: '{"test": 2432232314}' }

test('a call is signed as the example of Standard Webhooks is, in the second in which it was made', () => {
  expect(webhookHeaders({ ...CALL, secrets: [SECRET] })).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  })
})

test('each secret has a signature of its own, divided by spaces', () => {
  const other = webhookSecret(Buffer.alloc(32, 9))
  const [first, second] = [SECRET, other].map((secret) => webhookHeaders({ ...CALL, secrets: [secret] }))
  expect(webhookHeaders({ ...CALL, secrets: [SECRET, other] })['webhook-signature']).toBe(
    `${first?.['webhook-signature']} ${second?.['webhook-signature']}`,
  )
})

withOpenssl('openssl', () => {
  describe.each(['{}', '{"grüße":"日本"}', ' \n'])('for %j', (body) => {
    test('finds the same signature', () => {
      const key = Buffer.from(Array.from({ length: 64 }, (_, index) => index * 3))
      const headers = webhookHeaders({ ...CALL, body, secrets: [webhookSecret(key)] })
      const mac = execFileSync(
        'openssl',
        ['dgst', '-sha256', '-mac', 'HMAC', '-macopt', `hexkey:${key.toString('hex')}`, '-binary'],
        { input: `${CALL.id}.1614265330.${body}` },
      )
      expect(headers['webhook-signature']).toBe(`v1,${mac.toString('base64')}`)
    })
  })
})
