import { createHash } from 'node:crypto'
import { usernameOf } from './account.js'

/**
 * The headers of a call. Who calls is proved by MD5 over MD5 with the account's key at the end of each, in lower-case hexadecimal,
 * over exactly the octets that are posted (XCP, "Authentication"). MD5 is the protocol's choice; TLS keeps it from others.
 */
export const headers = (call: {
  account: Record<string, unknown>
  secret: string
  body: Buffer
}): Record<string, string> => ({
  'content-type': 'text/xml',
  'x-username': usernameOf(call.account),
  'x-signature': signatureOf(call.body, call.secret),
})

export const signatureOf = (body: Buffer, key: string): string => md5(Buffer.from(md5(body, key)), key)

const md5 = (octets: Buffer, key: string): string => createHash('md5').update(octets).update(key).digest('hex')
