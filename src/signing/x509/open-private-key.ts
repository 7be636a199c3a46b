import { createPrivateKey, type KeyObject } from 'node:crypto'
import { messageOf } from '../../core/errors.js'
import { keyFault } from '../keys/folder.js'
import { type HeldCertificate, holdCertificates } from './certificate-file.js'
import { openPkcs12 } from './pkcs12.js'

export type OpenedKey = { privateKey: KeyObject; certificates: HeldCertificate[] }

type PemKey = { privateKey: string; locked: boolean; certificates: HeldCertificate[] }

/** Opens a private key in PEM. Throws a `Fault`: `key-locked`, or `key-unusable` for one that cannot be read. */
export const openPemKey = (file: string, pem: PemKey, passphrase: string | null): OpenedKey => {
  const { privateKey: key, locked, certificates } = pem
  if (locked && passphrase === null) throw withoutPassphrase(file)
  try {
    const privateKey = createPrivateKey({ key, format: 'pem', ...(passphrase === null ? {} : { passphrase }) })
    return { privateKey, certificates }
  } catch (error) {
    if (locked) throw wrongPassphrase(file, error)
    throw unreadable(file, messageOf(error), error)
  }
}

/** Opens a PKCS#12 file with one private key. Throws a `Fault`: `key-locked`, or `key-unusable`. */
export const openPkcs12Key = (file: string, bytes: Buffer, passphrase: string | null): OpenedKey => {
  const opened = openPkcs12(bytes, passphrase)
  if (!opened.ok && opened.locked) throw passphrase === null ? withoutPassphrase(file) : wrongPassphrase(file)
  if (!opened.ok) throw unreadable(file, opened.reason)
  const [key] = opened.keys
  if (key === undefined || opened.keys.length > 1)
    throw unreadable(file, `it holds ${opened.keys.length} private keys; export one with its certificate`)
  const certificates = holdCertificates(opened.certificates)
  if (!certificates.ok) throw unreadable(file, certificates.reason)
  try {
    const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' })
    return { privateKey, certificates: certificates.value }
  } catch (error) {
    throw unreadable(file, messageOf(error), error)
  }
}

const withoutPassphrase = (file: string) =>
  keyFault(
    'key-locked',
    `Key ${file} has a passphrase: name the environment variable with it in signing.passphraseEnv, and set that for the gateway.`,
  )

const wrongPassphrase = (file: string, cause?: unknown) =>
  keyFault(
    'key-locked',
    `The passphrase does not open key ${file}: check the variable that signing.passphraseEnv names.`,
    cause,
  )

const unreadable = (file: string, reason: string, cause?: unknown) =>
  keyFault('key-unusable', `Key file ${file} is of no use: its private key cannot be read (${reason}).`, cause)
