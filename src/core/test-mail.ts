import type { BounceTokens } from './bounce-token.js'

/** Ids in bounce addresses of requests have no such beginning and are shorter: none of them can stand for a test mail. */
export const mintTestToken = (tokens: BounceTokens, secret: string): string => tokens.mint(`test${secret}`)

/** The body of a test mail, which has its token in a line of its own. */
export const testBody = (token: string, title: string): string =>
  [
    `Sealpost sent this mail to itself, to test the connection "${title}".`,
    'It asks for nothing.',
    '',
    `Test: ${token}`,
  ].join('\n')

/** Octets at the beginning of a mail in which its token is looked for. */
const LOOKED_AT = 64 * 1_024

/**
 * The token of a mail that has one, wherever it stands; null for any other. It is sealed, so whoever has not seen a test
 * mail cannot write one. It says nothing about the rest of the mail: that is believed no more than a stranger's.
 */
export const testTokenOf = (raw: Buffer, tokens: BounceTokens): string | null => {
  const text = raw.subarray(0, LOOKED_AT).toString('latin1')
  const token = /^Test: (test[a-z0-9]{20,28}\.[a-z2-7]{26})\r?$/m.exec(text)?.[1]
  return token !== undefined && tokens.isOurs(token) ? token : null
}
