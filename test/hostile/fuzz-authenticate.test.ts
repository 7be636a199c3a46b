import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SCHEMES } from '../../src/core/connection.js'
import { authenticate } from '../../src/signing/authenticate.js'
import type { Authenticated, PinnedKey, SignedContent } from '../../src/signing/scheme.js'
import { MAX_AGE, pin, RECEIVED_AT } from '../signing/fixtures.js'
import { minutesLater, pinned } from '../signing/smime-fixtures.js'
import { type Mutant, mutants, splices } from './corpus/mutations.js'
import { OPENPGP_MAILS, REGISTRY_MAILS, type Seed, SMIME_MAILS, UNSIGNED_MAILS } from './corpus/seeds.js'
import { limited, worstCase } from './limited.js'
import { must } from './must.js'
import { watchRejections } from './unhandled.js'

watchRejections()

const KEYS: readonly PinnedKey[] = [
  ...['rsa2048', 'rsa3072', 'rsa4096', 'ed25519', 'subkey'].map((name) => pin(name)),
  ...['rsa2048', 'rsa3072', 'rsa4096', 'p256', 'ca'].map((name) => pinned(name)),
]

const counts = { trusted: 0, untrusted: 0, quarantined: 0 }
afterAll(() => console.info('authenticate:', counts, 'worst:', worstCase()))

const keyOf = ({ sha256, fingerprint, signedAt }: SignedContent): string =>
  [sha256, fingerprint, signedAt.toISOString()].join(' ')

/** Own code runs before the first `await`, and is stopped there after two seconds. */
const judge = async (say: string, raw: Buffer, receivedAt: Date): Promise<Authenticated> => {
  const trust = { schemes: [...SCHEMES], maxAge: MAX_AGE, weak: [] }
  const registryAddresses = ['robot@registry.example']
  const judged = await limited(say, () => authenticate({ raw, trust, registryAddresses, keys: KEYS, receivedAt }))
  must(/\w{4,}/.test(judged.verdict.reason), () => `${say}: there is no reason`)
  must((judged.stage === 'trusted') === (judged.content !== null), () => `${say}: content without trust`)
  return judged
}

describe.each<[string, readonly Seed[], Date]>([
  ['OpenPGP', [...OPENPGP_MAILS, ...REGISTRY_MAILS], RECEIVED_AT],
  ['S/MIME', [...SMIME_MAILS, ...UNSIGNED_MAILS], minutesLater(10)],
])('%s', (_, seeds, receivedAt) => {
  /** Every content that the registry really signed, in the mails before they were spoilt. */
  const said = new Map<string, unknown>()
  beforeAll(async () => {
    for (const { name, raw } of seeds) {
      const { content } = await judge(name, raw, receivedAt)
      if (content !== null) said.set(keyOf(content), { ...content })
    }
    expect(said.size).toBeGreaterThan(5)
  })

  const checkMutant = async ({ say, raw }: Mutant): Promise<void> => {
    const { stage, content } = await judge(say, Buffer.from(raw), receivedAt)
    counts[stage] += 1
    if (content !== null) expect({ ...content }, say).toEqual(said.get(keyOf(content)))
  }

  test('4,000 spoilt mails: nothing is believed but what was signed, to the character', async () => {
    await fc.assert(fc.asyncProperty(mutants(seeds), checkMutant), { seed: 20260301, numRuns: 4_000 })
  })

  test('1,000 mails of two halves', async () => {
    await fc.assert(fc.asyncProperty(splices(seeds), checkMutant), { seed: 20260301, numRuns: 1_000 })
  })

  test('cut off at every octet: believed only where nothing but white space is missing', async () => {
    const good = []
    for (const seed of seeds) if ((await judge(seed.name, seed.raw, receivedAt)).stage === 'trusted') good.push(seed)
    for (const { name, raw } of good.slice(0, 4))
      for (let end = 0; end < raw.length; end += 1) {
        const { stage } = await judge(`${name} cut at ${end}`, raw.subarray(0, end), receivedAt)
        must(
          stage !== 'trusted' || /^-*\s*$/.test(raw.toString('latin1', end)),
          () => `${name} cut at ${end} is believed`,
        )
      }
  })
})
