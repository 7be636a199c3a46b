import type { Finding } from '../../core/reply.js'
import { hasUnseen } from '../unseen.js'

/** What the registry did with one object, as its report says. */
export type Entry = {
  /** As it is written: `Create SUCCEEDED: [domain] 2.0.192.in-addr.arpa`. */
  line: string
  /** In lower case; null where the report does not say, because the object is as it was. */
  verb: string | null
  ok: boolean
  type: string
  key: string
  findings: Finding[]
}

/** `messageId` is that of the mail which the report quotes; null where it quotes none, or several. */
export type Report = { messageId: string | null } & ({ ok: true; entries: Entry[] } | { ok: false; reason: string })

/** More objects, and more notes of one, are in no report about a mail of ours. */
const MOST = 100

/**
 * Reads an acknowledgement of RIPE's auto-dbm or of IRRd: the header of the mail that it answers, counts, and an entry for each
 * object with notes about it. What is not whole, or does not add up, is no report.
 *
 * RIPE writes `Create SUCCEEDED` and `***Error:` before or within the text of an object, IRRd `Create succeeded` and `ERROR:` after it.
 */
export const readReport = (text: string): Report => ({ messageId: quotedIn(text), ...readEntries(text) })

/** The report begins with some fields of the mail, each after a `>`; what is quoted elsewhere is quoted by somebody. */
const quotedIn = (text: string): string | null => {
  const lines = text.replace(/^\n+/, '').split('\n')
  const end = lines.findIndex((line) => !line.startsWith('>'))
  const ids = lines.slice(0, end === -1 ? lines.length : end).flatMap((line) => MESSAGE_ID.exec(line)?.[1] ?? [])
  return ids.length === 1 ? (ids[0] ?? null) : null
}

const MESSAGE_ID = /^>[ \t]*Message-ID:[ \t]*(<[^<>\s]+>)[ \t]*$/i

const SUMMARY = 'SUMMARY OF UPDATE:'
const DETAILS = 'DETAILED EXPLANATION:'
const COUNT = /^Number of objects processed (successfully|with errors):\s*(\d{1,6})\s*$/
const RULER = /^~{20,}\s*$/
const ENTRY = /^(?:(\w{1,20}) (SUCCEEDED|FAILED)|No operation): \[([\w-]{1,40})\] (\S{1,255})\s*$/i

const readEntries = (text: string): { ok: true; entries: Entry[] } | { ok: false; reason: string } => {
  if (hasUnseen(text)) return bad('The text has a control character in it.')
  const lines = text.split('\n').map((line) => line.trimEnd())
  const [summary, details] = [lines.indexOf(SUMMARY), lines.indexOf(DETAILS)]
  if (summary === -1 || details < summary) return bad(firstWords(lines))
  const counts = lines.slice(summary, details).flatMap((line) => {
    const [, name = '', number] = COUNT.exec(line) ?? []
    return number === undefined ? [] : [{ isGood: name === 'successfully', number: Number(number) }]
  })
  const [good, ...moreGood] = counts.filter(({ isGood }) => isGood)
  const [wrong, ...moreWrong] = counts.filter(({ isGood }) => !isGood)
  if (good === undefined || wrong === undefined || moreGood.length + moreWrong.length > 0)
    return bad('The report does not say once how many objects were processed, and how many with errors.')
  const blocks = blocksOf(lines.slice(details + 1))
  if (blocks === null) return bad('The report has an entry that is not of the known form.')
  const { entries, common } = blocks
  const succeeded = entries.filter(({ ok }) => ok).length
  if (succeeded !== good.number || entries.length - succeeded !== wrong.number)
    return bad('The report does not have the entries that it counts.')
  if (entries.length === 0) return bad(common[0]?.text || 'The report is about no object.')
  if (entries.length > MOST) return bad(`The report has more than ${MOST} entries.`)
  return { ok: true, entries: entries.map((entry) => ({ ...entry, findings: [...entry.findings, ...common] })) }
}

const bad = (reason: string): { ok: false; reason: string } => ({ ok: false, reason })

/** What stands there instead: `Internal software error`. */
const firstWords = (lines: readonly string[]): string =>
  `It is no report of an update: ${lines.find((line) => line !== '' && !line.startsWith('>'))?.slice(0, 200) ?? 'it is empty'}`

/** Each entry with its notes, and the notes that stand before all entries; null where a line of dashes begins none, or two. */
const blocksOf = (lines: readonly string[]): { entries: Entry[]; common: Finding[] } | null => {
  const ruler = lines.findIndex((line) => RULER.test(line))
  const common = (ruler === -1 ? [] : findingsIn(lines.slice(0, ruler))).filter(({ text }) => !OF_SUBJECT.test(text))
  const entries: Entry[] = []
  for (const [index, line] of lines.entries()) {
    if (line !== '---') continue
    const entry = entryOf(lines[index + 1] ?? '')
    if (entry === null) return null
    const rest = lines.slice(index + 2)
    const end = rest.findIndex((other) => other === '---' || RULER.test(other))
    const notes = end === -1 ? rest : rest.slice(0, end)
    if (notes.some((other) => ENTRY.test(other))) return null
    entries.push({ ...entry, findings: findingsIn(notes) })
  }
  return { entries, common }
}

/** Our references are no keywords, so RIPE remarks this of every subject but `NEW`; it means nothing. */
const OF_SUBJECT = /^(?:Invalid keyword\(s\) found: |All keywords were ignored$)/

const entryOf = (line: string): Omit<Entry, 'findings'> | null => {
  const [, verb, word, type, key] = ENTRY.exec(line) ?? []
  if (type === undefined || key === undefined) return null
  return { line: line.trim(), verb: verb?.toLowerCase() ?? null, ok: word?.toUpperCase() !== 'FAILED', type, key }
}

/** Neither program has codes: the word that a note begins with stands for one. A note goes on in lines that are indented. */
const findingsIn = (lines: readonly string[]): Finding[] =>
  [...lines.join('\n').matchAll(NOTE)].slice(0, MOST).map(([, stars, plain, first = '']) => {
    const code = stars ?? plain ?? ''
    return {
      level: levelOf(code),
      code,
      text: first
        .replace(/\s*\n\s+|\t/g, ' ')
        .trim()
        .slice(0, 500),
    }
  })

const NOTE = /^(?:\*\*\*(Error|Warning|Info)|(ERROR|INFO)):[ \t]*(.*(?:\n[ \t]+\S.*)*)/gm

const levelOf = (word: string): Finding['level'] => {
  const level = word.toLowerCase()
  return level === 'error' || level === 'warning' ? level : 'info'
}
