import { describe, expect, test } from 'vitest'
import { parsePrice, priceOf, type TldPrice } from '../../src/core/price.js'

const price = (tld: string, amount: string, action: TldPrice['action'] = 'register'): TldPrice => ({
  ...{ tld, action, amount, currency: 'EUR' },
})

describe('the price of an order', () => {
  const prices = [price('de', '9.90'), price('uk', '7'), price('co.uk', '8'), price('de', '0', 'transfer')]
  test.each([
    ['example.de', 'register', '9.90'],
    ['example.de', 'transfer', '0'],
    ['example.de', 'close', null],
    ['example.co.uk', 'register', '8'],
    ['example.org.uk', 'register', '7'],
    ['de', 'register', null],
    ['examplede', 'register', null],
  ] as const)('of %s for %s is %j', (name, action, amount) => {
    expect(priceOf(prices, name, action)).toEqual(amount === null ? null : { amount, currency: 'EUR' })
  })
})

test.each([
  ['9.90 EUR', { amount: '9.90', currency: 'EUR' }],
  [' 0\tUSD ', { amount: '0', currency: 'USD' }],
  ['9,90 EUR', null],
  ['EUR 9.90', null],
  ['9.90', null],
  ['9.90 eur', null],
  ['-1 EUR', null],
  ['9.90 EUR a year', null],
  ['1.23456 EUR', null],
  ['', null],
])('%j as a price is %j', (text, expected) => {
  expect(parsePrice(text)).toEqual(expected)
})
