import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { linesOf, onOneLine, titleOf } from '../../src/core/notice-text.js'

test('lines are parted wherever any program ends one, and show what they hold', () => {
  expect(linesOf('a\r\nb\nc\rd\u2028e\u2029f\u000bg\u000ch')).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'])
  expect(linesOf('x\0y\u001b[31m\u202ez\u0085')).toEqual(['x\ufffdy\ufffd[31m\ufffdz\ufffd'])
  expect(linesOf(' \n')).toEqual([])
  expect(linesOf(null)).toEqual([])
})

test('a long text is cut, and says so', () => {
  expect(linesOf('a\n'.repeat(100).trim())).toHaveLength(41)
  expect(linesOf('a\n'.repeat(100).trim()).at(-1)).toBe('(60 more lines)')
  expect(onOneLine('x'.repeat(600))).toBe(`${'x'.repeat(499)}…`)
  expect(titleOf(`${'x'.repeat(98)}😀xx`)).toBe(`${'x'.repeat(98)}\ufffd…`)
})

test('whatever it is, it is one line that a mail can carry', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 700 }), (text) => {
      for (const line of [onOneLine(text), ...linesOf(text)]) expect(line).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029]/u)
    }),
  )
})
