import { createHmac } from 'node:crypto'

const PREFIX = 'whsec_'

/** The text of a secret, from its octets. */
export const webhookSecret = (octets: Buffer): string => `${PREFIX}${octets.toString('base64')}`

/**
 * The headers of a call as Standard Webhooks 1.0 has them: its id, the second in which it was signed, and for each secret
 * `v1,` and the HMAC-SHA256 of `id.timestamp.body` in base64, divided by spaces. The key is what stands behind `whsec_`,
 * decoded.
 */
export const webhookHeaders = (call: {
  id: string
  at: Date
  body: string
  secrets: readonly string[]
}): Record<string, string> => {
  const timestamp = String(Math.floor(call.at.getTime() / 1_000))
  const signed = `${call.id}.${timestamp}.${call.body}`
  const signatures = call.secrets.map((secret) => `v1,${hmac(secret, signed)}`)
  return { 'webhook-id': call.id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}

const hmac = (secret: string, signed: string): string =>
  createHmac('sha256', Buffer.from(secret.slice(PREFIX.length), 'base64'))
    .update(signed)
    .digest('base64')
