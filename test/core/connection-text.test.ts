import { expect, test } from 'vitest'
import { parseConnection } from '../../src/connection-file/parse.js'
import type { Connection } from '../../src/core/connection.js'
import { connectionText, patchTo } from '../../src/core/connection-text.js'
import { aConnection, NOW } from '../helpers/records.js'

const again = (connection: Connection) => {
  const parsed = parseConnection(JSON.parse(JSON.stringify(connectionText(connection))), connection.channel)
  const { id, paused, createdAt } = connection
  return parsed.ok ? { ...parsed.value, id, paused, createdAt } : parsed.problems
}

const base = aConnection()
const own = { file: 'a.asc', passphraseEnv: 'PASS', notBefore: null, notAfter: null }
const pin = { file: 'r.asc', notBefore: null, notAfter: null, names: null }

test.each<[string, Connection]>([
  ['with one key', base],
  ['in test mode', aConnection({ mode: 'test', registry: { ...base.registry, test: 'test@registry.example' } })],
  [
    'with keys that overlap',
    aConnection({
      signing: {
        scheme: 'openpgp-mime',
        keys: [
          { ...own, notAfter: NOW },
          { ...own, file: 'b.asc', notBefore: NOW },
        ],
      },
      trust: { ...base.trust, keys: [pin, { ...pin, file: 's.asc', notBefore: NOW }], weak: ['sha1'] },
    }),
  ],
  [
    'without a relay',
    aConnection({ relay: null, mx: { tls: 'none', ca: null, localAddress: null }, rate: { perDay: 3 } }),
  ],
  ['with an account of its own', aConnection({ account: { regacc: 'DENIC-7', nothing: null, empty: [] } })],
])('a connection %s is the same when it is made of its text', (_, connection) => {
  expect(again(connection)).toEqual(connection)
})

test('what is not set is not said', () => {
  const text = connectionText(base)
  expect(Object.values(text)).not.toContain(null)
  expect(text).not.toHaveProperty('paused')
})

test('a patch takes away what only the one before had, at any depth, and names no inherited field', () => {
  const current = { a: 1, b: { c: 2, d: 3 }, e: [1, 2] }
  expect(patchTo(current, { a: 1, b: { d: 4 }, e: [2], constructor: 5 })).toEqual({
    ...{ a: 1, b: { c: null, d: 4 }, e: [2] },
    constructor: 5,
  })
  expect(patchTo(current, {})).toEqual({ a: null, b: null, e: null })
})
