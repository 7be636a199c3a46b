import { afterEach, describe, expect, test, vi } from 'vitest'
import { oneLine, print, printJson, printStyled, table } from '../../src/cli/output.js'

afterEach(() => vi.restoreAllMocks())

const printed = (work: () => void): string => {
  const written: string[] = []
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => written.push(String(chunk)) > 0)
  work()
  return written.join('')
}

/** An escape sequence, C1 controls, and U+202E, which turns what follows around. */
const NASTY = 'a\u001b[31m\u009b1m\u202ecod.exe\u0000b'

describe('what a stranger wrote', () => {
  test('is printed without anything that a terminal obeys', () => {
    expect(printed(() => print(NASTY))).toBe('a\ufffd[31m\ufffd1m\ufffdcod.exe\ufffdb\n')
  })

  test('cannot look like a line of its own', () => {
    expect(oneLine('one\n  2  12:00  info  two\t\r')).toBe('one␊  2  12:00  info  two␉\ufffd')
    expect(
      table([
        ['A', 'B'],
        ['x\ny', '\u202ez'],
      ]),
    ).toBe('A    B\nx␊y  \ufffdz')
  })

  test('means the same as JSON, without anything that a terminal obeys', () => {
    const text = printed(() => printJson({ text: NASTY }))
    expect(text).toMatch(/^[\n -~]+$/)
    expect(JSON.parse(text)).toEqual({ text: NASTY })
  })
})

test('text of our own may be styled', () => {
  expect(printed(() => printStyled('\u001b[1mbold\u001b[0m'))).toBe('\u001b[1mbold\u001b[0m\n')
})
