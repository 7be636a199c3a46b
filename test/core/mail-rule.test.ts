import { describe, expect, test } from 'vitest'
import { type ActiveRule, readByRules, ruleProblems } from '../../src/core/mail-rule.js'

const REFERENCE = `sp-${'b'.repeat(26)}`

const aRule = (change: Partial<ActiveRule> = {}): ActiveRule => ({
  ...{ id: 'rule-1', version: 3, title: 'late', note: null },
  ...{ words: ['was carried out'], without: [], outcome: 'done', code: null },
  ...change,
})
const outcome = (text: string, ...rules: ActiveRule[]) => readByRules(text, rules)?.reply.outcome ?? null

describe('a rule fits', () => {
  test.each<[string, string, Partial<ActiveRule>, boolean]>([
    ['its words', 'Your order was carried out.', {}, true],
    ['whatever their case', 'YOUR ORDER WAS CARRIED OUT', {}, true],
    ['over the end of a line', 'Your order was\n   carried out.', {}, true],
    ['in another normal form', 'Auftrag ausgefu\u0308hrt', { words: ['ausgeführt'] }, true],
    ['all its words, wherever they are', 'carried out it was', { words: ['it was', 'carried'] }, true],
    ['not with one of them missing', 'carried out it was', { words: ['it was', 'delayed'] }, false],
    ['not where a word is that must not be', 'was carried out, not', { without: ['out, not'] }, false],
    ['not without any words', 'anything', { words: [] }, false],
    ['words that mean something elsewhere are only words', 'was.carried.out', { words: ['was.carried'] }, true],
    ['and are no pattern', 'was carried', { words: ['was.carried'] }, false],
  ])('%s', (_, text, change, fits) => {
    expect(outcome(text, aRule(change)) !== null).toBe(fits)
  })
})

describe('what a rule says', () => {
  test('is its meaning, in the line of the registry that has its words', () => {
    const refused = aRule({ outcome: 'refused', code: 'X-17', words: ['cannot be'] })
    expect(readByRules(`Dear Sir,\n\n  ${REFERENCE} cannot be done. \n--\n`, [refused])).toMatchObject({
      rule: { id: 'rule-1', version: 3, title: 'late' },
      reply: { outcome: 'refused', code: 'X-17', text: `${REFERENCE} cannot be done.`, reference: null, domain: null },
      mentions: { references: [REFERENCE], domains: [] },
    })
  })

  test.each([
    ['notice', null, { kind: 'news', at: null, urgent: false }],
    ['urgent-notice', null, { kind: 'news', at: null, urgent: true }],
    ['urgent-notice', 'Ring them.', { kind: 'news', at: null, urgent: true, todo: 'Ring them.' }],
    ['done', 'It came in July.', null],
  ] as const)('of %s with the note %j', (meaning, note, tidings) => {
    const { reply } = readByRules('It was carried out.', [aRule({ outcome: meaning, note })]) ?? expect.fail()
    expect(reply).toMatchObject({ outcome: meaning === 'done' ? 'done' : 'notice', tidings })
  })

  test('names what may be ours: references and names, not those of mailboxes or within longer words', () => {
    const text = `was carried out: ${REFERENCE.toUpperCase()} x${REFERENCE} EXAMPLE.de, xn--bcher-kva.de. hans@registry.example 1.2.3.4 a.b-`
    expect(readByRules(text, [aRule()])?.mentions).toEqual({
      references: [REFERENCE],
      domains: ['example.de', 'xn--bcher-kva.de'],
    })
  })

  test('names nothing where it names more than one mail about an order does', () => {
    const names = Array.from({ length: 21 }, (_, n) => `example${n}.de`)
    expect(readByRules(`was carried out: ${names.join(' ')}`, [aRule()])?.mentions).toEqual({
      references: [],
      domains: [],
    })
  })

  test('is nothing where two rules disagree, and both are named', () => {
    const other = aRule({ id: 'rule-2', title: 'no', words: ['carried'], outcome: 'refused' })
    const read = readByRules('was carried out', [aRule(), other])
    expect(read?.reply).toMatchObject({ outcome: 'unrecognised', text: expect.stringContaining('"late" and "no"') })
    expect(outcome('was carried out', aRule(), aRule({ id: 'rule-2', words: ['carried'] }))).toBe('done')
  })

  test('takes no time to speak of, however long the text is', () => {
    const text = `${'a.'.repeat(200_000)} sp-${'a'.repeat(200_000)} ${'-'.repeat(200_000)}`
    expect(outcome(text, aRule())).toBeNull()
    expect(outcome(`${text} was carried out`, aRule())).toBe('done')
  })
})

test('what is wrong with a rule is told by a pointer to it', () => {
  const pointers = (change: Partial<ActiveRule>) => ruleProblems(aRule(change)).map(({ pointer }) => pointer)
  expect(pointers({})).toEqual([])
  expect(pointers({ words: [] })).toEqual(['/words'])
  expect(pointers({ words: ['ok then', 'a b '], without: ['  '] })).toEqual(['/words/1', '/without/0'])
  expect(pointers({ words: ['x'.repeat(201)] })).toEqual(['/words/0'])
  expect(pointers({ words: Array.from({ length: 11 }, () => 'word') })).toEqual(['/words'])
  expect(pointers({ code: 'X' })).toEqual(['/code'])
  expect(pointers({ code: 'x'.repeat(61), outcome: 'refused' })).toEqual(['/code'])
  for (const code of ['undeliverable', 'timeout']) expect(pointers({ code, outcome: 'refused' })).toEqual(['/code'])
})
