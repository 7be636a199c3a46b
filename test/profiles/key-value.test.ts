import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { describeProblems } from '../../src/core/errors.js'
import { MAX_LINE_LENGTH, MAX_LINES, type Pair, parseKeyValue, writeKeyValue } from '../../src/profiles/key-value.js'

const NONE = new Set<string>()
const parse = (text: string, repeatable: ReadonlySet<string> = NONE) => parseKeyValue(text, { repeatable })
const problemsOf = (text: string): string => {
  const parsed = parse(text)
  return parsed.ok ? 'no problem' : describeProblems(parsed.problems)
}

const key = fc.stringMatching(/^[!-9;-Z\\^-~]{1,20}$/)
const text = fc.string({ unit: 'binary', maxLength: 60 }).map((value) =>
  value
    .replace(/[\p{Cc}\u2028\u2029\ufeff]/gu, '')
    .toWellFormed()
    .trim(),
)
const pairs = fc.array(fc.tuple(key, text), { maxLength: 30 })

describe('parse(write(x)) = x', () => {
  test('for all pairs that can be written', () => {
    fc.assert(
      fc.property(pairs, (written) => {
        const out = writeKeyValue(written)
        if (!out.ok) throw new Error(describeProblems(out.problems))
        const back = parse(out.value, new Set(written.map(([name]) => name.toLowerCase())))
        expect(back.ok && back.value.sections.map(({ name, pairs }) => ({ name, pairs }))).toEqual([
          { name: null, pairs: written },
        ])
      }),
    )
  })

  test('in CRLF as well', () => {
    fc.assert(
      fc.property(pairs, (written) => {
        const out = writeKeyValue(written)
        const repeatable = new Set(written.map(([name]) => name.toLowerCase()))
        const back = parse(out.ok ? out.value.replaceAll('\n', '\r\n') : '?', repeatable)
        expect(back.ok && back.value.sections[0].pairs).toEqual(written)
      }),
    )
  })

  test('and a value never becomes a second line, whatever is in it', () => {
    fc.assert(
      fc.property(
        key,
        fc.string({ unit: 'binary' }),
        fc.constantFrom('\n', '\r', '\r\n', '\u0085', '\u2028', '', '\v'),
        (name, a, end) => {
          const out = writeKeyValue([[name, `${a}${end}Action: DELETE`]])
          if (!out.ok) return
          expect(end).toBe('')
          const back = parse(out.value)
          expect(back.ok && back.value.sections.flatMap((section) => section.pairs)).toHaveLength(1)
        },
      ),
    )
  })
})

describe('parseKeyValue', () => {
  test('splits at the first colon, trims, and knows keys in any case', () => {
    const parsed = parse(' Address :  2001:db8::1 \n\n\tNote:\tdone\t\nEmpty:\n')
    const head = parsed.ok ? parsed.value.sections[0] : null
    expect(head?.pairs).toEqual([
      ['Address', '2001:db8::1'],
      ['Note', 'done'],
      ['Empty', ''],
    ])
    expect(head?.first('ADDRESS')).toBe('2001:db8::1')
    expect(head?.first('absent')).toBeNull()
  })

  test('blanks that are no ASCII belong to the value that they stand in', () => {
    const parsed = parse('a: \u00a0b\u2003\u3000')
    expect(parsed.ok && parsed.value.sections[0].pairs).toEqual([['a', '\u00a0b\u2003\u3000']])
  })

  test('keeps the order of repeated keys and puts pairs into the section above them', () => {
    const parsed = parse('NSERVER: a\nNserver: b\n[Holder]\nName: x\n[Holder]\nName: y\n', new Set(['nserver']))
    expect(
      parsed.ok && parsed.value.sections.map(({ name, pairs }) => [name, pairs.map(([, value]) => value)]),
    ).toEqual([
      [null, ['a', 'b']],
      ['Holder', ['x']],
      ['Holder', ['y']],
    ])
  })

  test.each(['\u00a0', '\u2003', '\u3000'])(
    'leaves white space of Unicode (%j) where it is: it is no blank',
    (space) => {
      const parsed = parse(`a:${space}b${space}\n`)
      expect(parsed.ok && parsed.value.sections[0].pairs).toEqual([['a', `${space}b${space}`]])
    },
  )

  test('treats the names of object properties as keys like others', () => {
    const parsed = parse('__proto__: a\nconstructor: b\ntoString: c\n')
    const head = parsed.ok ? parsed.value.sections[0] : null
    expect(head?.all('__proto__')).toEqual(['a'])
    expect(head?.all('hasOwnProperty')).toEqual([])
  })

  test.each([
    ['hello', /Line 1 is neither/],
    ['a: b\nhello world\n', /Line 2 is neither/],
    [': b', /Line 1 has a key/],
    ['a b: c', /has a key that is not/],
    ['ключ: c', /has a key that is not/],
    ['Actiоn: c', /has a key that is not/],
    ['[]', /neither/],
    ['[a b]', /neither/],
    ['[a]: b', /has a key/],
    ['\u00a0', /neither/],
    ['\u00a0a: b', /has a key that is not/],
    ['\ufeffa: b', /byte order mark/],
    ['a: b\ufeff', /byte order mark/],
    ['a: b\u0000', /control character/],
    ['a: b\rc: d', /control character/],
    ['a: b\u000bc: d', /control character/],
    ['a: b\fc', /control character/],
    ['\fa: b', /control character/],
    ['a: b\u0085c: d', /control character/],
    ['a: b\u2028c: d', /control character/],
    ['a: b\u2029', /control character/],
    ['a: b\tc', /control character/],
    ['a: b:\tc', /control character/],
    ['a\tb: c', /control character/],
    ['a: \u001b[2J', /control character/],
    ['a: 1\nA: 2\n', /key "a" is there more than once/],
    ['a: 1\n[s]\nb: 1\nB: 1', /key "b" is there more than once/],
    [`a: ${'x'.repeat(MAX_LINE_LENGTH)}`, /at most 1000/],
    ['\n'.repeat(MAX_LINES + 1), /at most 200/],
  ])('refuses %j', (input, reason) => {
    expect(problemsOf(input)).toMatch(reason)
  })

  test('takes as many lines as the limit says, and reports every problem', () => {
    expect(problemsOf('\n'.repeat(MAX_LINES))).toBe('no problem')
    expect(problemsOf('x\ny\n')).toMatch(/Line 1.*Line 2/)
  })
})

describe('writeKeyValue', () => {
  test.each<[Pair, RegExp]>([
    [['a:b', 'c'], /key "a:b"/],
    [['', 'c'], /key ""/],
    [['a b', 'c'], /key/],
    [['[a]', 'c'], /key/],
    [['ä', 'c'], /key/],
    [['a', 'b\nAction: DELETE'], /value of a has a line end/],
    [['a', 'b\r'], /line end/],
    [['a', '\u0085'], /line end/],
    [['a', 'b\u2029'], /line end/],
    [['a', 'b\tc'], /control/],
    [['a', ' b'], /white space/],
    [['a', 'b\u00a0'], /white space/],
    [['a', '\ufeffb'], /byte order/],
    [['a', '\ud800'], /Unicode/],
    [['a', 'x'.repeat(MAX_LINE_LENGTH)], /more than 1000/],
  ])('refuses %j', (pair, reason) => {
    const out = writeKeyValue([['ok', 'ok'], pair])
    expect(out.ok ? 'no problem' : describeProblems(out.problems)).toMatch(reason)
    expect(out.ok ? null : out.problems[0]?.pointer).toBe('/1')
  })
})
