import { createHash } from 'node:crypto'
import { Zip, ZipDeflate } from 'fflate'
import { checkpointText } from '../core/checkpoint.js'
import { orderView } from '../core/views.js'
import { chainFiles } from './chain-files.js'
import { indexPage } from './index-page.js'
import { keyFiles } from './key-files.js'
import { mailFiles } from './mail-files.js'
import { type BundleFile, type Evidence, ownEntries } from './records.js'
import { verifyPage } from './verify-page.js'

/** All files of a bundle. The same evidence is the same files, octet by octet. */
export const bundleFiles = (evidence: Evidence): BundleFile[] => {
  const { segment, orders, keys, checkpoints } = evidence
  const entries = ownEntries(segment)
  const mails = mailFiles(evidence.mails, entries)
  const covered = [
    textFile('INDEX.txt', indexPage(evidence, mails)),
    textFile('VERIFY.txt', verifyPage({ mails, keys, entries })),
    textFile('checkpoint-key.pem', checkpoints.publicPem),
    ...mails.flatMap(({ files }) => files),
    ...keyFiles(keys),
    ...orders.map(({ order, requests }) => textFile(`orders/${order.id}.json`, orderJson(order, requests))),
    ...orders.flatMap(({ order, form }) => (form === null ? [] : [{ name: `orders/${order.id}.form`, content: form }])),
    ...chainFiles(segment),
  ]
  const sums = textFile('SHA256SUMS', covered.map(({ name, content }) => `${sha256(content)}  ${name}\n`).join(''))
  const { source } = evidence
  const checkpoint = textFile(
    'checkpoint.txt',
    checkpointText({ source, head: segment.head, sums: sha256(sums.content) }),
  )
  const signature = { name: 'checkpoint.sig', content: checkpoints.sign(checkpoint.content) }
  return [...covered, sums, checkpoint, signature]
}

/**
 * The files as pieces of a zip, those of one file at a time: who puts them together may do something else between. Every file
 * has the time of the log's last entry, so that the zip is the same whenever it is made.
 */
export function* zipPieces(files: readonly BundleFile[], at: Date): Generator<Uint8Array[]> {
  let pieces: Uint8Array[] = []
  const zip = new Zip((error, piece) => {
    if (error !== null) throw error
    pieces.push(piece)
  })
  const taken = (): Uint8Array[] => {
    const made = pieces
    pieces = []
    return made
  }
  for (const { name, content } of files) {
    const file = new ZipDeflate(name, { level: 9 })
    file.mtime = dosTime(at)
    zip.add(file)
    file.push(content, true)
    yield taken()
  }
  zip.end()
  yield taken()
}

/** A zip has times without a zone, from 1980 on: UTC, wherever it is made. */
const dosTime = (at: Date): Date =>
  new Date(
    Math.max(at.getUTCFullYear(), 1980),
    ...([at.getUTCMonth(), at.getUTCDate(), at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()] as const),
  )

const textFile = (name: string, text: string): BundleFile => ({ name, content: Buffer.from(text) })

const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex')

const orderJson = (
  order: Evidence['orders'][number]['order'],
  requests: Evidence['orders'][number]['requests'],
): string =>
  `${JSON.stringify({ ...orderView(order, null), requests: requests.map(({ doubt, bounceToken, ...request }) => request) }, null, 2)}\n`
