import { digestedText, entryJson } from '../core/action-log.js'
import type { BundleFile, Link, Segment } from './records.js'

/** Where in a bundle an entry of the log is, to the octet as its digest covers it. */
export const entryFile = (id: string): string => `log/${id}.txt`

/**
 * `chain.txt`, one link a line (`KIND ID VALUE`), and a file for each entry that is told. The value of an `own` link is the
 * hash after it, of an `other` the entry's digest. Kinds that end with `-old` are of entries without a salt: an `own-old`
 * file has the JSON alone, and the value of an `other-old` is the hash after it, which has to be believed.
 */
export const chainFiles = ({ before, links }: Segment): BundleFile[] => [
  { name: 'chain.txt', content: Buffer.from([`start - ${before}`, ...links.map(lineOf), ''].join('\n')) },
  ...links.flatMap((link) => (link.kind === 'own' ? [fileOf(link)] : [])),
]

const lineOf = (link: Link): string => {
  if (link.kind === 'other') return `other ${link.id} ${link.digest}`
  if (link.kind === 'other-old') return `other-old ${link.id} ${link.hash}`
  const { id, salt, hash } = link.entry
  return `${salt === null ? 'own-old' : 'own'} ${id} ${hash}`
}

const fileOf = ({ entry: { hash, ...entry } }: Link & { kind: 'own' }): BundleFile => ({
  name: entryFile(entry.id),
  content: Buffer.from(entry.salt === null ? entryJson(entry) : digestedText(entry)),
})
