import type { BundleFile, UsedKey } from './records.js'

/** Where in a bundle a key is: `keys/registry-FINGERPRINT.asc`, or `.pem` for a certificate. */
export const keyFile = ({ whose, format, fingerprint }: UsedKey): string =>
  `keys/${whose}-${fingerprint}.${format === 'openpgp' ? 'asc' : 'pem'}`

export const keyFiles = (keys: readonly UsedKey[]): BundleFile[] =>
  keys.map((key) => ({ name: keyFile(key), content: Buffer.from(key.text) }))

/** Those that a signature of this mail is verified by: its own key, or else the authorities that may have issued that. */
export const keysFor = (
  keys: readonly UsedKey[],
  { whose, fingerprint }: { whose: UsedKey['whose']; fingerprint: string | null },
): UsedKey[] => {
  const own = keys.filter((key) => key.whose === whose && key.fingerprint === fingerprint)
  return own.length > 0 ? own : keys.filter((key) => key.whose === whose && key.ca)
}
