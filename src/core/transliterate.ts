import { type Checked, ok, wrong } from './errors.js'

/** What single letters become; keys are one character of Unicode's composed form (NFC). */
export type Letters = Readonly<Record<string, string>>

/**
 * Letters that become more, or something else, than what is left of them without their marks. The German ones as people
 * write them; the others as passports do (ICAO Doc 9303-3, 6).
 */
const BASE: Letters = {
  ...{ ä: 'ae', ö: 'oe', ü: 'ue', Ä: 'Ae', Ö: 'Oe', Ü: 'Ue', ß: 'ss', ẞ: 'SS' },
  ...{ æ: 'ae', Æ: 'Ae', œ: 'oe', Œ: 'Oe', ø: 'oe', Ø: 'Oe', å: 'aa', Å: 'Aa' },
  ...{ ð: 'd', Ð: 'D', þ: 'th', Þ: 'Th', đ: 'd', Đ: 'D', ł: 'l', Ł: 'L', ħ: 'h', Ħ: 'H', ŧ: 't', Ŧ: 'T' },
  ...{ ı: 'i', ĸ: 'q', ŋ: 'n', Ŋ: 'N' },
  // Signs that word processors put in the place of those on the keyboard.
  ...{ '‘': "'", '’': "'", '‚': "'", '“': '"', '”': '"', '„': '"', '«': '"', '»': '"' },
  ...{ '‐': '-', '‑': '-', '–': '-', '—': '-', '⁄': '/' },
}

const MARK = /^\p{Mn}$/u
const LETTER = /^\p{L}$/u
const ASCII = /^[\x20-\x7e]*$/

/**
 * A text in ASCII: ä becomes ae, Ü Ue, ß ss, é e. `letters` of a registry come before the table that all share. What has no
 * form in ASCII is a problem that names each such character: nothing is left out, and nothing becomes a question mark.
 */
export const toAscii = (text: string, letters: Letters = {}): Checked<string> => {
  const lost = new Set<string>()
  const characters = Array.from(text.normalize('NFC'))
  const written = characters.map((character, index) => {
    const form = formOf(character, characters[index - 1] ?? '', letters)
    if (form === null) lost.add(character)
    return form ?? ''
  })
  if (lost.size === 0) return ok(written.join(''))
  const shown = [...lost].slice(0, 5).map((character) => `"${character}" (${codePoint(character)})`)
  return wrong({
    pointer: '',
    detail: `${shown.join(', ')} cannot be written in ASCII; write the text in Latin letters.`,
  })
}

const formOf = (character: string, before: string, letters: Letters): string | null => {
  if (ASCII.test(character)) return character
  const known = entry(letters, character) ?? entry(BASE, character)
  if (known !== undefined) return known
  // A mark that no composed letter has belongs to the letter before it.
  if (MARK.test(character)) return LETTER.test(before) || MARK.test(before) ? '' : null
  const plain = character.normalize('NFKD').replace(/\p{Mn}/gu, '')
  const parts = Array.from(plain, (part) => (ASCII.test(part) ? part : (entry(letters, part) ?? entry(BASE, part))))
  return plain === '' || parts.includes(undefined) ? null : parts.join('')
}

const entry = (letters: Letters, character: string): string | undefined =>
  Object.hasOwn(letters, character) ? letters[character] : undefined

const codePoint = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
