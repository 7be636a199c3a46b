import { expect, test } from 'vitest'
import type { SenderEvidence, SenderResult } from '../../src/core/mail.js'
import { vouchingOf } from '../../src/core/sender-evidence.js'

const REGISTRY = ['Robot@mail.Registry.example', 'test@registry.test']

const evidence = (dmarc: SenderResult, from: string | null): SenderEvidence => ({
  ...{ spf: 'fail', dkim: 'neutral', dmarc },
  domains: { spf: null, dkim: [], from },
})

const judge = (found: SenderEvidence | null): string => {
  const vouching = vouchingOf(found, REGISTRY)
  return vouching.kind === 'vouched' ? 'vouched' : `${vouching.kind}: ${vouching.reason}`
}

test.each([
  ['pass', 'mail.registry.example'],
  ['pass', 'registry.example'],
  ['pass', 'other.registry.example'],
  ['pass', 'registry.test'],
] as const)('DMARC %s for %s, a domain of the registry', (dmarc, from) => {
  expect(judge(evidence(dmarc, from))).toBe('vouched')
})

test.each(['evil.example', 'registry.example.evil.example', 'evilregistry.example', 'example', 'registry.org'])(
  'whatever %s says, it is not the registry',
  (from) => {
    for (const dmarc of ['pass', 'temperror'] as const)
      expect(judge(evidence(dmarc, from))).toBe(
        `denied: its From is of ${from}, not of a domain of the registry's addresses (mail.registry.example, registry.test)`,
      )
  },
)

test('the suffix that two have in common is no organisation', () => {
  expect(vouchingOf(evidence('pass', 'evil.co.uk'), ['robot@registry.co.uk']).kind).toBe('denied')
  expect(vouchingOf(evidence('pass', 'evil.github.io'), ['robot@registry.github.io']).kind).toBe('denied')
})

test.each(['fail', 'none', 'permerror', 'neutral'] as const)('DMARC %s is no word', (dmarc) => {
  expect(judge(evidence(dmarc, 'registry.example'))).toBe(
    `denied: DMARC is ${dmarc} for registry.example (SPF fail, DKIM neutral)`,
  )
})

test('a DNS that is away says neither', () => {
  expect(judge(evidence('temperror', 'registry.example'))).toBe(
    'unknown: the DNS did not say whether registry.example vouches for it',
  )
})

test('of a mail without one sender, or without evidence, nobody vouches', () => {
  expect(judge(evidence('permerror', null))).toBe('denied: its From is not one address')
  expect(judge(null)).toBe('denied: nothing is known of its sender, because it was not taken by SMTP or is too large')
})
