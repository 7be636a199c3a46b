/*
 * Every octet of a good mail is changed in several ways, one at a time. What is still accepted has the same content to the
 * octet: the change was outside of what is signed, or canonicalisation takes it back (blanks at line ends of a clear-signed
 * text). The counts are printed.
 */
import { describe, expect, test } from 'vitest'
import { mailFixture, pin, receive } from './fixtures.js'

/** The octets that stand in the place of one. */
const CHANGES: [name: string, change: (octet: number) => number[]][] = [
  ['bit 0 flipped', (octet) => [octet ^ 0x01]],
  ['bit 5 flipped', (octet) => [octet ^ 0x20]],
  ['bit 7 flipped', (octet) => [octet ^ 0x80]],
  ['made a blank', () => [0x20]],
  ['made a line end', () => [0x0a]],
  ['left out', () => []],
  ['doubled', (octet) => [octet, octet]],
]

const MAILS = ['clear-utf8-ed25519', 'clear-latin1-ed25519', 'mime-utf8-ed25519', 'mime-latin1-ed25519']

/** Where what is signed begins and ends: from the text's first line, or its part's header, to the line that ends it. */
const signedRange = (raw: Buffer): [number, number] => {
  const text = raw.toString('latin1')
  const found =
    /(?:\n\n-----BEGIN PGP SIGNED.*?\n\n|\r\n--=-=b\r\n)(.*?)\r?\n(?:-----BEGIN PGP SIGNATURE|--=-=b\r\n)/ds.exec(text)
  const range = found?.indices?.[1]
  if (range === undefined) throw new Error('the mail has no signed text')
  return range
}

const trailingBlanks = (raw: Buffer): Set<number> =>
  new Set(
    [...raw.toString('latin1').matchAll(/[ \t]+(?=\n)/g)].flatMap(({ index, 0: all }) =>
      [...all].map((_, at) => index + at),
    ),
  )

describe.each(MAILS)('%s', (name) => {
  const raw = mailFixture(name)
  const keys = [pin('ed25519')]
  const [start, end] = signedRange(raw)
  const blanks = name.startsWith('clear') ? trailingBlanks(raw) : new Set<number>()

  test.each(CHANGES)('%s', async (what, change) => {
    const original = (await receive(raw, { keys })).content
    if (original === null) throw new Error(`${name} is not trusted to begin with`)
    const counts = { tried: 0, untrusted: 0, quarantined: 0, trusted: 0, inside: 0 }
    for (const [at, octet] of raw.entries()) {
      const instead = change(octet)
      if (instead.length === 1 && instead[0] === octet) continue
      const changed = Buffer.concat([raw.subarray(0, at), Buffer.from(instead), raw.subarray(at + 1)])
      const { stage, content } = await receive(changed, { keys })
      counts.tried += 1
      counts[stage] += 1
      if (content === null) continue
      expect({ at, ...content }).toEqual({ at, ...original })
      if (at < start || at >= end) continue
      counts.inside += 1
      expect([...blanks]).toContain(at)
    }
    const { tried, trusted, untrusted, quarantined, inside } = counts
    console.info(
      `${name}, each of ${raw.length} octets ${what}: ${tried} mails, ${untrusted} untrusted, ${quarantined} put aside,`,
      `${trusted} accepted with the same content, of those ${inside} inside the signed part (blanks at line ends)`,
    )
    expect(tried).toBeGreaterThan(raw.length * 0.9)
    expect(untrusted + quarantined).toBeGreaterThan((end - start) * 0.9)
  })
})
