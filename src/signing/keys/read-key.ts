import { readOpenpgpFile } from '../openpgp/key-file.js'
import { readX509File } from '../x509/key-file.js'
import { keyFault } from './folder.js'
import type { KeyFile } from './key-file.js'

/**
 * Reads a key file of any form that we take; `file` is its name, for the words. Throws a `Fault` `key-unusable` for what is
 * no key, for several keys in one file, and for forms that we do not take.
 */
export const readKey = async (file: string, bytes: Buffer): Promise<KeyFile> => {
  if (bytes.length === 0) throw keyFault('key-unusable', `Key file ${file} is empty: export the key into it.`)
  return isX509(bytes) ? readX509File(file, bytes) : readOpenpgpFile(file, bytes)
}

/** DER begins with a SEQUENCE, which no OpenPGP packet does: those have their first bit set (RFC 9580, 4.2). */
const SEQUENCE = 0x30

const isX509 = (bytes: Buffer): boolean => {
  const text = bytes.toString('latin1')
  return bytes[0] === SEQUENCE || (/^-----BEGIN /m.test(text) && !/^-----BEGIN PGP /m.test(text))
}
