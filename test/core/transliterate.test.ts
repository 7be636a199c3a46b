import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { describeProblems } from '../../src/core/errors.js'
import { type Letters, toAscii } from '../../src/core/transliterate.js'

const ascii = (text: string, letters?: Letters): string => {
  const written = toAscii(text, letters)
  return written.ok ? written.value : describeProblems(written.problems)
}

describe('a text in ASCII', () => {
  test.each([
    ['Jürgen Größe, Übersee', 'Juergen Groesse, Uebersee'],
    ['ÄÖÜäöüß', 'AeOeUeaeoeuess'],
    ['STRAẞE', 'STRASSE'],
    ['René Žižek, Łódź', 'Rene Zizek, Lodz'],
    ['Søren Ærø, Ånge', 'Soeren Aeroe, Aange'],
    ['Þór Guðmundsson', 'Thor Gudmundsson'],
    ['Đặng Văn Ước', 'Dang Van Uoc'],
    ['Işık İzmir', 'Isik Izmir'],
    ['Ǆ ĳ ﬁ ½', 'DZ ij fi 1/2'],
    ['„O’Neill“ – Haus', '"O\'Neill" - Haus'],
    ['a\u00a0b', 'a b'],
    ['q\u0308', 'q'],
    ['Weg 1', 'Weg 1'],
    ['', ''],
  ])('%s', (text, written) => {
    expect(ascii(text)).toBe(written)
  })

  test.each(['Jürgen Größe, Übersee', 'ÄÖÜ', 'Łódź é Å'])('%s is the same with its marks apart (NFD)', (text) => {
    expect(text.normalize('NFD')).not.toBe(text)
    expect(ascii(text.normalize('NFD'))).toBe(ascii(text))
  })

  test("a registry's own table comes first", () => {
    expect(ascii('Müller ĳ £', { ü: 'u', '£': 'GBP' })).toBe('Muller ij GBP')
  })
})

describe('what has no form in ASCII is named, never left out', () => {
  test.each([
    ['Иван', /^"И" \(U\+0418\), "в" \(U\+0432\), "а" \(U\+0430\), "н" \(U\+043D\) cannot be written in ASCII/],
    ['Müller 株式', /"株" \(U\+682A\), "式"/],
    ['€', /"€" \(U\+20AC\)/],
    ['\u0308a', /U\+0308/],
    ['1\u0308', /U\+0308/],
    ['a\tb', /U\+0009/],
    ['\u{1f600}', /U\+1F600/],
    ['a\u200bb', /U\+200B/],
  ])('%j', (text, why) => {
    expect(toAscii(text).ok).toBe(false)
    expect(ascii(text)).toMatch(why)
  })

  test('for every text: visible ASCII, or a problem; a question mark only where there was one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const written = toAscii(text)
        if (!written.ok) return
        expect(written.value).toMatch(/^[\x20-\x7e]*$/)
        const marks = (value: string) => value.split('?').length
        expect(marks(written.value)).toBe(marks(text.normalize('NFKD')))
      }),
      { numRuns: 500 },
    )
  })
})
