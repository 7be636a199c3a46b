import { expect, test } from 'vitest'
import { rotateSecrets, secretsAt } from '../../src/core/webhook.js'

const NOW = new Date('2026-07-01T10:00:00.000Z')
const HOUR = 3_600_000
const at = (hours: number) => new Date(NOW.getTime() + hours * HOUR)

test('for a day after a rotation the secret before signs too, the fresh one first', () => {
  const secrets = rotateSecrets([{ value: 'old', notAfter: null }], 'fresh', NOW)
  expect(secretsAt(secrets, NOW)).toEqual(['fresh', 'old'])
  expect(secretsAt(secrets, at(23.99))).toEqual(['fresh', 'old'])
  expect(secretsAt(secrets, at(24))).toEqual(['fresh'])
})

test('another rotation within the day makes none of them last longer, and forgets those that have ended', () => {
  const first = rotateSecrets([{ value: 'a', notAfter: null }], 'b', NOW)
  const second = rotateSecrets(first, 'c', at(10))
  expect(secretsAt(second, at(10))).toEqual(['c', 'b', 'a'])
  expect(secretsAt(second, at(24))).toEqual(['c', 'b'])
  expect(rotateSecrets(second, 'd', at(24)).map(({ value }) => value)).toEqual(['d', 'c', 'b'])
})

test('however often it is rotated, four sign at most', () => {
  const secrets = ['b', 'c', 'd', 'e', 'f'].reduce((known, fresh) => rotateSecrets(known, fresh, NOW), [
    { value: 'a', notAfter: null },
  ] as ReturnType<typeof rotateSecrets>)
  expect(secretsAt(secrets, NOW)).toEqual(['f', 'e', 'd', 'c'])
})
