import { createPrivateKey, type KeyObject } from 'node:crypto'
import { messageOf } from '../../core/errors.js'
import { checkMode, keyFault, withKeyFile } from './folder.js'

/** RFC 8301, 3.2, and what mail servers ask for today. */
const LEAST_BITS = 2048

/**
 * An RSA private key to sign mails by DKIM with, as PEM. Throws a `Fault` that names the file: `key-missing`, `key-mode`,
 * `key-locked` or `key-unusable`.
 */
export const readDkimKey = (folder: string, file: string): Promise<string> =>
  withKeyFile(folder, file, async ({ mode, read }) => {
    const bytes = await read()
    checkMode(file, mode)
    const key = open(file, bytes.toString('latin1'))
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
    if (key.asymmetricKeyType !== 'rsa')
      throw unusable(
        file,
        `is of the kind ${key.asymmetricKeyType}, which many mail servers cannot verify; ${MAKE_ONE}`,
      )
    if (bits < LEAST_BITS) throw unusable(file, `has ${bits} bits; ${MAKE_ONE}`)
    return key.export({ type: 'pkcs8', format: 'pem' }).toString()
  })

const MAKE_ONE = `make an RSA key of ${LEAST_BITS} bits or more with openssl genrsa`

const unusable = (file: string, what: string, cause?: unknown) =>
  keyFault('key-unusable', `DKIM key ${file} ${what}.`, cause)

const open = (file: string, pem: string): KeyObject => {
  if (/ENCRYPTED/.test(pem))
    throw keyFault(
      'key-locked',
      `DKIM key ${file} has a passphrase, and none is asked for: take it off with openssl rsa, and keep the file mode 0600.`,
    )
  try {
    return createPrivateKey(pem)
  } catch (error) {
    throw unusable(file, `holds no private key in PEM (${messageOf(error)}); ${MAKE_ONE}`, error)
  }
}
