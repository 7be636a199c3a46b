import { open, realpath } from 'node:fs/promises'
import * as path from 'node:path'
import { Fault, messageOf } from './core/errors.js'
import type { AgreementFiles } from './ports.js'

/** Octets; an agreement is a text that people read. */
const LARGEST = 256 * 1024

/** Agreements as files in a folder, each read when it is served, so that a new version counts at once. */
export const openAgreementFiles = (folder: string): AgreementFiles => ({
  read: async (file) => {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readWithin(folder, file))
    } catch (cause) {
      const text = `the agreement ${file} cannot be read from SEALPOST_TEMPLATES (${folder}) as text in UTF-8: ${messageOf(cause)}`
      throw new Fault('agreement-unreadable', text, { temporary: true, cause })
    }
  },
})

const readWithin = async (folder: string, file: string): Promise<Buffer> => {
  const [root, found] = await Promise.all([realpath(folder), realpath(path.join(folder, file))])
  if (!found.startsWith(`${root}${path.sep}`)) throw new Error('it is a link that leads out of that folder')
  const handle = await open(found)
  try {
    const { size } = await handle.stat()
    if (size > LARGEST) throw new Error(`it has ${size} octets; at most ${LARGEST} are served`)
    if (size === 0) throw new Error('it is empty')
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(LARGEST), 0, LARGEST, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}
