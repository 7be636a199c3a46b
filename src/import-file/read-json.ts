import { type Mistake, mistake } from '../core/import-plan.js'
import { readPrices } from './prices.js'
import type { ImportedSettings } from './read-key-values.js'
import { looksSecret, SECRET_WORDS } from './secrets.js'

const FORM = '{ "connection": { ... }, "prices": { "de": { "register": "9.90 EUR" } } }'

/**
 * Settings as JSON: `connection` as in a connection file, and `prices` by TLD and action. JSON says nothing of lines, so
 * mistakes have the name of their field alone.
 */
export const readJson = (text: string): ImportedSettings => {
  const mistakes: Mistake[] = []
  const file = objectOf(parsed(text, mistakes), 'the file', mistakes)
  for (const key of Object.keys(file))
    if (key !== 'connection' && key !== 'prices')
      mistakes.push(mistake(null, key, `is not known here; the file is ${FORM}`))
  const [given, prices] = [own(file, 'connection'), own(file, 'prices')]
  for (const key of secretsIn(given, '')) mistakes.push(mistake(null, key, SECRET_WORDS))
  return {
    connection: given === undefined ? null : objectOf(given, 'connection', mistakes),
    prices: readPrices(writtenPrices(prices, mistakes), mistakes),
    lines: new Map(),
    mistakes,
  }
}

const parsed = (text: string, mistakes: Mistake[]): unknown => {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''))
  } catch (error) {
    // Its words quote the file, which may hold a secret.
    const [place = ''] = /at position \d+( \(line \d+ column \d+\))?/.exec(String(error)) ?? []
    mistakes.push(mistake(null, 'the file', `is no JSON; something is wrong ${place === '' ? 'with its end' : place}`))
    return {}
  }
}

const own = (object: object, name: string): unknown => Object.getOwnPropertyDescriptor(object, name)?.value

const objectOf = (value: unknown, subject: string, mistakes: Mistake[]): Record<string, unknown> => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return Object.fromEntries(Object.entries(value))
  mistakes.push(mistake(null, subject, `must be an object; the file is ${FORM}`))
  return {}
}

/** Keys at any depth that look as if they held a secret. */
const secretsIn = (value: unknown, place: string): string[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, inner]) => {
        const at = place === '' ? key : `${place}.${key}`
        return looksSecret(key) ? [at] : secretsIn(inner, at)
      })

const writtenPrices = (prices: unknown, mistakes: Mistake[]) =>
  prices === undefined
    ? []
    : Object.entries(objectOf(prices, 'prices', mistakes)).flatMap(([tld, actions]) =>
        Object.entries(objectOf(actions, `prices.${tld}`, mistakes)).map(([action, price]) => ({
          ...{ line: null, subject: `prices.${tld}.${action}`, tld, action, price },
        })),
      )
