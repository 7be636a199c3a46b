import { describe, expect, test } from 'vitest'
import { createBounceTokens } from '../../src/core/bounce-token.js'

const ID = 'abcdefghijklmnopqrstuvwxyz'
const tokens = createBounceTokens(Buffer.alloc(32, 1))
const minted = tokens.mint(ID)

test('a token is an id and its seal, and leaves room in a local part for the prefix', () => {
  expect(minted).toMatch(/^[a-z]{26}\.[a-z2-7]{26}$/)
  expect(`bounce+${minted}`.length).toBeLessThanOrEqual(64)
  expect(tokens.isOurs(minted)).toBe(true)
})

test('every process with the same secret makes and knows the same', () => {
  const other = createBounceTokens(Buffer.alloc(32, 1))
  expect(other.mint(ID)).toBe(minted)
  expect(other.isOurs(minted)).toBe(true)
})

test('the seal is HMAC-SHA-256 as anybody else computes it', () => {
  // printf 'bounce abcdefghijklmnopqrstuvwxyz' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0101...01 -binary | base32
  expect(minted.split('.')[1]).toBe('3bo2jyphiqycdaeaycmwe5ozzw')
})

describe('is none of ours', () => {
  const seal = minted.slice(27)
  const forged: [string, string][] = [
    ['by another secret', createBounceTokens(Buffer.alloc(32, 2)).mint(ID)],
    ['with another id', `b${minted.slice(1)}`],
    ['with a shorter seal', minted.slice(0, -1)],
    ['with a longer seal', `${minted}a`],
    ['without a seal', `${ID}.`],
    ['without an id', `.${seal}`],
    ['with two seals', `${minted}.${seal}`],
    ['with nothing', ''],
    ['with an id of another length and no seal', 'abc'],
  ]
  test.each(forged)('%s', (_, token) => {
    expect(tokens.isOurs(token)).toBe(false)
  })

  test('with any one character changed', () => {
    for (let at = 0; at < minted.length; at++) {
      const other = minted[at] === 'q' ? 'r' : 'q'
      expect(tokens.isOurs(`${minted.slice(0, at)}${other}${minted.slice(at + 1)}`)).toBe(false)
    }
  })
})

test('a token of older versions, without a seal, is for the database to know', () => {
  expect(tokens.isOurs(ID)).toBe(true)
})
