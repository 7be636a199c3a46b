import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lineEndProblem } from '../../src/mail/control.js'

describe('line ends of a mail', () => {
  test.each([
    ['all CRLF', 'a: b\r\n\r\nc\r\n', null],
    ['all LF', 'a: b\n\nc\n', null],
    ['none', 'a: b', null],
    ['nothing', '', null],
    ['a last line without an end', 'a\r\nb', null],
    ['LF after CRLF', 'a\r\nb\n', /LF alone \(octet 4\)/],
    ['CRLF after LF', 'a\nb\r\n', /LF alone \(octet 4\)/],
    ['an LF at the beginning', '\na\r\n', /LF alone/],
    ['a CR in a line', 'a\rb\r\n', /CR without LF, octet 1/],
    ['CR CR LF', 'a\r\r\n', /CR without LF, octet 1/],
    ['a CR at the end', 'a\r\n\r', /CR without LF, octet 3/],
    ['a NUL', 'a\r\n\0\r\n', /NUL, octet 3/],
  ])('%s', (_title, text, problem) => {
    const found = lineEndProblem(Buffer.from(text))
    if (problem === null) expect(found).toBeNull()
    else expect(found).toMatch(problem)
  })

  test('may be mixed where that says nothing, and even there no CR and no NUL stands alone', () => {
    const problem = (text: string) => lineEndProblem(Buffer.from(text), { mixed: true })
    expect(problem('a\nb\r\nc\n')).toBeNull()
    expect(problem('a\nb\rc\r\n')).toMatch(/CR without LF/)
    expect(problem('a\nb\0\r\n')).toMatch(/NUL/)
  })

  test('whatever came by SMTP with one bare LF in it is not all LF', () => {
    const line = fc.string({ unit: fc.constantFrom('a', '.', ' ') })
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), fc.array(line), (before, after) => {
        const content = `${before.join('\n')}\n${after.join('\r\n')}\r\n`
        expect(lineEndProblem(Buffer.from(content))).not.toBeNull()
      }),
    )
  })
})
