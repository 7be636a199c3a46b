import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type DiffLine, diffLines } from '../../src/core/line-diff.js'

const SIGNS = { same: ' ', gone: '-', new: '+' }
const shown = (lines: readonly DiffLine[]) => lines.map(({ kind, text }) => `${SIGNS[kind]}${text}`)

test.each([
  ['a\nb\nc', 'a\nb\nc', [' a', ' b', ' c']],
  ['a\nb\nc', 'a\nx\nc', [' a', '-b', '+x', ' c']],
  ['a\nc', 'a\nb\nc', [' a', '+b', ' c']],
  ['a\nb\nc', 'c', ['-a', '-b', ' c']],
  ['', 'a', ['-', '+a']],
])('%j and %j', (before, after, lines) => expect(shown(diffLines(before, after))).toEqual(lines))

test('either text is what the lines say of it, however they differ', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c', ''), { minLength: 1, maxLength: 12 })
    .map((lines) => lines.join('\n'))
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = diffLines(before, after)
      const without = (kind: DiffLine['kind']) =>
        lines
          .filter((line) => line.kind !== kind)
          .map((line) => line.text)
          .join('\n')
      expect([without('new'), without('gone')]).toEqual([before, after])
      if (before === after) expect(lines.every(({ kind }) => kind === 'same')).toBe(true)
    }),
  )
})

test('texts of very many lines are told apart as a whole', () => {
  const long = 'x\n'.repeat(2_000)
  expect(diffLines(long, long).every(({ kind }) => kind === 'same')).toBe(true)
  expect(diffLines(long, `${long}y`).filter(({ kind }) => kind === 'same')).toEqual([])
})
