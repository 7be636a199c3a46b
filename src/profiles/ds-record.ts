/**
 * The DS record of a DNSSEC key, for registries that take digests where orders have keys.
 */
import { createHash } from 'node:crypto'

/** A zone key as RFC 4034, 2.2 writes it, with single blanks: flags 256 or 257, protocol 3, the algorithm, the key. */
const DNSKEY = /^(256|257) 3 ([1-9][0-9]{0,2}) ((?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/

/**
 * `<key tag> <algorithm> 2 <digest>` with SHA-256 in capitals (RFC 4034, 5.1; RFC 4509, 2) for a key of this zone; null for
 * what is no `257 3 13 mdss...`.
 *
 * @param zone A-labels
 */
export const dsRecord = (zone: string, dnskey: string): string | null => {
  const [, flags, algorithm, key] = DNSKEY.exec(dnskey) ?? []
  if (flags === undefined || algorithm === undefined || key === undefined || Number(algorithm) > 255) return null
  const rdata = Buffer.concat([
    Buffer.from([Number(flags) >> 8, Number(flags) & 0xff, 3, Number(algorithm)]),
    Buffer.from(key, 'base64'),
  ])
  const digest = createHash('sha256').update(ownerName(zone)).update(rdata).digest('hex').toUpperCase()
  return `${keyTag(rdata)} ${algorithm} 2 ${digest}`
}

/** The name in canonical form (RFC 4034, 6.2). */
const ownerName = (zone: string): Buffer =>
  Buffer.concat([
    ...zone
      .toLowerCase()
      .split('.')
      .map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, 'latin1')])),
    Buffer.from([0]),
  ])

/** RFC 4034, appendix B. */
const keyTag = (rdata: Buffer): number => {
  const sum = rdata.reduce((total, octet, index) => total + (index % 2 === 0 ? octet << 8 : octet), 0)
  return (sum + (sum >>> 16)) & 0xffff
}
