/**
 * Which writing systems a label mixes. Letters of different scripts look alike (Latin `a`, Cyrillic `а`), so a label may
 * use one script, with the mixtures that Chinese, Japanese and Korean need (UTS 39, 5.2, "highly restrictive").
 */

/** Scripts in everyday use (UAX 31, table 5); names in any other are refused. */
const SCRIPTS = [
  ...['Arabic', 'Armenian', 'Bengali', 'Bopomofo', 'Cyrillic', 'Devanagari', 'Ethiopic', 'Georgian', 'Greek'],
  ...['Gujarati', 'Gurmukhi', 'Hangul', 'Han', 'Hebrew', 'Hiragana', 'Kannada', 'Katakana', 'Khmer', 'Lao', 'Latin'],
  ...['Malayalam', 'Myanmar', 'Oriya', 'Sinhala', 'Tamil', 'Telugu', 'Thaana', 'Thai', 'Tibetan'],
].map((name) => ({ name, pattern: new RegExp(`\\p{Script=${name}}`, 'u') }))

const MIXTURES = [
  new Set(['Latin', 'Han', 'Hiragana', 'Katakana']),
  new Set(['Latin', 'Han', 'Bopomofo']),
  new Set(['Latin', 'Han', 'Hangul']),
]

/** In every script: digits, hyphens, marks that take the script of the letter before them. */
const SHARED = /[\p{Script=Common}\p{Script=Inherited}]/u

/** What is wrong with the scripts of a label in Unicode, as the end of a sentence; null where nothing is. */
export const scriptProblem = (label: string): string | null => {
  const found = new Set<string>()
  for (const character of label) {
    if (SHARED.test(character)) continue
    const script = SCRIPTS.find(({ pattern }) => pattern.test(character))
    if (script === undefined) return `has "${character}", a letter of a script that domain names do not use`
    found.add(script.name)
  }
  if (found.size < 2 || MIXTURES.some((mixture) => [...found].every((name) => mixture.has(name)))) return null
  return `mixes letters of ${[...found].join(' and ')}, which can look alike; use the letters of one script`
}
