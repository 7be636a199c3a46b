/*
 * What `trust.weak` lets in: exactly what it names, and the verdict says what of it was really used. Everything is signed by
 * gpg, but for the keys that are too small for gpg to make.
 */
import { createMessage, generateKey, sign } from 'openpgp'
import { describe, expect, test } from 'vitest'
import { WEAKNESSES, type Weakness } from '../../src/core/connection.js'
import { mailFixture, pin, receive, SIGNED_AT, verdictOf } from './fixtures.js'
import { armored, FORMS, mailWith, TEXTS, trick, trickPin } from './openpgp-tricks.js'

const WORDS: Record<Weakness, string> = {
  sha1: 'a SHA-1 digest',
  dsa: 'a DSA key',
  rsa1024: 'an RSA key of fewer than 2048 bits',
}

/** Every set of overrides that there is. */
const SETS: Weakness[][] = WEAKNESSES.reduce<Weakness[][]>(
  (sets, one) => sets.concat(sets.map((set) => [...set, one])),
  [[]],
)

const PINS = {
  rsa2048: pin('rsa2048'),
  ed25519: pin('ed25519'),
  dsa: pin('dsa'),
  dsa1024: trickPin('dsa1024'),
  rsa1024: pin('rsa1024'),
  'rsa1024-primary': trickPin('rsa1024-primary'),
  'rsa1024-subkey': trickPin('rsa1024-subkey'),
}

const MAILS: { name: string; key: keyof typeof PINS; needs: Weakness[] }[] = [
  { name: 'utf8-rsa2048', key: 'rsa2048', needs: [] },
  { name: 'sha1', key: 'rsa2048', needs: ['sha1'] },
  { name: 'dsa', key: 'dsa', needs: ['dsa'] },
  { name: 'dsa1024', key: 'dsa1024', needs: ['dsa'] },
  { name: 'dsa1024-sha1', key: 'dsa1024', needs: ['sha1', 'dsa'] },
  { name: 'rsa1024', key: 'rsa1024', needs: ['rsa1024'] },
  { name: 'rsa1024-sha1', key: 'rsa1024', needs: ['sha1', 'rsa1024'] },
  { name: 'rsa1024-primary', key: 'rsa1024-primary', needs: ['rsa1024'] },
  { name: 'rsa1024-subkey', key: 'rsa1024-subkey', needs: ['rsa1024'] },
]

const mailOf = (form: string, name: string): Buffer =>
  name.startsWith('utf8') ? mailFixture(`${form}-${name}`) : trick(`${form}-${name}`)

describe.each(FORMS)('trust.weak, %s', (form) => {
  test.each(MAILS)('$name needs $needs and nothing less', async ({ name, key, needs }) => {
    for (const weak of SETS) {
      const result = await receive(mailOf(form, name), { keys: [PINS[key]], weak })
      const missing = needs.filter((one) => !weak.includes(one))
      if (missing.length > 0) {
        expect(result).toMatchObject({ stage: 'untrusted', content: null, verdict: { fingerprint: null } })
        expect(result.verdict.reason).toMatch(
          /^the signature uses .* is required \((\w+) in trust\.weak would accept it/,
        )
        expect(missing.map((one) => WORDS[one]).some((words) => result.verdict.reason.includes(words))).toBe(true)
      } else {
        expect(result).toMatchObject({ stage: 'trusted', weak: needs })
        const words = needs.map((one) => WORDS[one]).join(' and ')
        const end = needs.length === 0 ? '.pub.asc' : `, with ${words}, which trust.weak allows`
        expect(result.verdict.reason.endsWith(end)).toBe(true)
      }
    }
  })

  test.each([
    ['MD5', 'md5'],
    ['RIPEMD-160', 'ripemd160'],
    ['SHA-224', 'sha224'],
  ])('%s is refused whatever is allowed', async (_, name) => {
    expect(await verdictOf(trick(`${form}-${name}`), { weak: [...WEAKNESSES] })).toMatch(
      /^untrusted .*uses \w+; SHA-256 or better is required$/,
    )
  })

  test('SHA-1 with Ed25519 is refused whatever is allowed (RFC 9580, 5.2.3.4)', async () => {
    const options = { keys: [pin('ed25519')], weak: [...WEAKNESSES] }
    expect(await verdictOf(trick(`${form}-ed25519-sha1`), options)).toMatch(/^untrusted .*too weak for EdDSA/)
  })

  test.each([768, 1023, 1024, 2047, 2048])('RSA of %i bits', async (bits) => {
    const { mail, key } = await signedWith(form, bits)
    const all = await verdictOf(mail, { keys: [key], weak: [...WEAKNESSES] })
    const none = await verdictOf(mail, { keys: [key] })
    if (bits < 1024) {
      for (const verdict of [all, none])
        expect(verdict).toMatch(new RegExp(`^untrusted .*is RSA of ${bits} bits, fewer than any setting allows$`))
    } else if (bits < 2048) {
      expect(all).toMatch(/^trusted .*fewer than 2048 bits, which trust\.weak allows$/)
      expect(none).toMatch(/^untrusted .*fewer than 2048 bits; RSA of 2048 bits or more, .* is required/)
    } else expect(none).toMatch(/^trusted/)
  })

  test('an override opens nothing else: strangers, changes and time are judged as ever', async () => {
    const weak = [...WEAKNESSES]
    const mail = trick(`${form}-rsa1024-sha1`)
    const keys = [pin('rsa1024')]
    expect(await verdictOf(mail, { weak })).toMatch(/^untrusted .*does not pin/)
    expect(await verdictOf(mail.toString('latin1').replace('4711', '4712'), { keys, weak })).toMatch(
      /^untrusted .*not hold/,
    )
    expect(await verdictOf(mail, { keys, weak, maxAge: 1 })).toMatch(/^untrusted .*longer ago/)
    expect(await verdictOf(mail, { keys, weak, receivedAt: new Date(SIGNED_AT.getTime() - 600_000) })).toMatch(
      /^untrusted .*after the mail came/,
    )
  })

  test('one connection’s override does not reach another, in whatever order mails come', async () => {
    const ask = (weak: Weakness[]) => verdictOf(trick(`${form}-rsa1024-sha1`), { keys: [pin('rsa1024')], weak })
    const sets: Weakness[][] = [['sha1', 'rsa1024'], [], ['sha1'], ['rsa1024', 'sha1'], ['dsa'], ['rsa1024']]
    const verdicts = await Promise.all([...sets, ...sets].map(ask))
    expect(verdicts.map((verdict) => verdict.startsWith('trusted'))).toEqual(
      [...sets, ...sets].map((weak) => weak.includes('sha1') && weak.includes('rsa1024')),
    )
  })
})

/** Keys that gpg will not make; signed by the library, with its own floor taken away for that. */
const signedWith = async (form: (typeof FORMS)[number], rsaBits: number) => {
  const config = { minRSABits: 0, preferredHashAlgorithm: 8 }
  const options = {
    type: 'rsa' as const,
    rsaBits,
    userIDs: { email: 'small@test.example' },
    date: new Date('2026-01-01'),
  }
  const { privateKey, publicKey } = await generateKey({ ...options, format: 'object', config })
  const message = await createMessage({ binary: new Uint8Array(TEXTS[form]) })
  const signature = await sign({
    message,
    signingKeys: privateKey,
    date: SIGNED_AT,
    detached: true,
    format: 'binary',
    config,
  })
  const packet = Buffer.from(signature)
  return { mail: mailWith(form, armored(packet), { hash: '' }), key: pin('rsa2048', { bytes: publicKey.write() }) }
}
