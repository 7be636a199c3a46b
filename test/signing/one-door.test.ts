import { readdirSync, readFileSync } from 'node:fs'
import * as path from 'node:path'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { SCHEMES } from '../../src/core/connection.js'
import type { Mail } from '../../src/core/mail.js'
import type { Reply } from '../../src/core/reply.js'
import type { decode } from '../../src/profiles/denic/decode.js'
import type { MailProfile } from '../../src/profiles/profile.js'
import { readMail } from '../../src/reading/read-mail.js'
import type { Reading } from '../../src/reading/reader.js'
import { authenticate } from '../../src/signing/authenticate.js'
import type { Authenticated, AuthenticateInput, SignedContent, SignedPart } from '../../src/signing/scheme.js'
import { loadMailProfiles } from '../helpers/mail-profiles.js'
import { OPENPGP_MAILS, SMIME_MAILS } from '../hostile/corpus/seeds.js'
import { MAX_AGE, pin, RECEIVED_AT } from './fixtures.js'
import { minutesLater, pinned } from './smime-fixtures.js'

/** What a forger of our own could put together: the same fields, without the brand. */
type Lookalike = {
  text: string
  parts: [SignedPart, ...SignedPart[]]
  sha256: string
  fingerprint: string
  signedAt: Date
}

describe('the type that reply parsers take', () => {
  test('is made of nothing that anybody else has', () => {
    expectTypeOf<Lookalike>().not.toExtend<SignedContent>()
    expectTypeOf<Readonly<Lookalike>>().not.toExtend<SignedContent>()
    expectTypeOf<Lookalike & { signed: true }>().not.toExtend<SignedContent>()
    expectTypeOf<
      Pick<SignedContent, 'text' | 'parts' | 'sha256' | 'fingerprint' | 'signedAt'>
    >().not.toExtend<SignedContent>()
    expectTypeOf<string>().not.toExtend<SignedContent>()
    expectTypeOf<Buffer>().not.toExtend<SignedContent>()
    expectTypeOf<Mail>().not.toExtend<SignedContent>()
    expectTypeOf<unknown>().not.toExtend<SignedContent>()
    expectTypeOf<null>().not.toExtend<SignedContent>()
  })

  test('is what every profile decodes, and nothing else', () => {
    expectTypeOf<Parameters<MailProfile['decode']>[0]>().toEqualTypeOf<SignedContent>()
    expectTypeOf<Parameters<MailProfile['decode']>['length']>().toEqualTypeOf<2>()
    expectTypeOf<Lookalike>().not.toExtend<Parameters<MailProfile['decode']>[0]>()
    expectTypeOf<Parameters<typeof decode>>().toEqualTypeOf<[SignedContent]>()
  })

  test('comes out of authenticate alone, with trust alone', () => {
    expectTypeOf<Extract<Authenticated, { stage: 'trusted' }>['content']>().toEqualTypeOf<SignedContent>()
    expectTypeOf<Exclude<Authenticated, { stage: 'trusted' }>['content']>().toEqualTypeOf<null>()
    expectTypeOf<ReturnType<typeof authenticate>>().toEqualTypeOf<Promise<Authenticated>>()
  })

  test('does not leave the thread that read the mail: what flows get cannot be decoded again', () => {
    expectTypeOf<Extract<Reading, { stage: 'trusted' }>['content']>().not.toExtend<SignedContent>()
    expectTypeOf<Exclude<Reading, { stage: 'trusted' }>>().not.toHaveProperty('replies')
  })
})

const SRC = path.resolve(import.meta.dirname, '../../src')

/** Sources without comments and without what Prisma generates. */
const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file) && !file.startsWith('generated'))
  .map((file) => {
    const text = readFileSync(path.join(SRC, file), 'utf8')
    return { file, text: text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '') }
  })

/** Where in the sources something stands: `file: what`. */
const found = (pattern: RegExp, among = sources): string[] =>
  among.flatMap(({ file, text }) => [...text.matchAll(pattern)].map(([what]) => `${file}: ${what.trim()}`)).sort()

const IMPORTS = /import[^;']*\bSignedContent\b[^;']*'[^']*\/scheme\.js'/

describe('there is no way around it in the sources', () => {
  const naming = sources.filter(({ text }) => IMPORTS.test(text) || /export type SignedContent/.test(text))

  test('the type is named where it is declared, made and taken', () => {
    const others = naming.map(({ file }) => file).filter((file) => !/^profiles\/[^/]+\/decode\.ts$/.test(file))
    expect(others.sort()).toEqual(['profiles/profile.ts', 'signing/authenticate.ts', 'signing/scheme.ts'])
    expect(naming.length).toBeGreaterThan(others.length)
  })

  test('one cast makes it, in authenticate', () => {
    expect(found(/\b(?:as|is|satisfies) (?:Signed|Authenticated)\w*|<(?:Signed|Authenticated)\w*>\s*[({\w]/g)).toEqual([
      'signing/authenticate.ts: as SignedContent',
    ])
    expect(found(/\[signed\]/g)).toEqual(['signing/scheme.ts: [signed]'])
  })

  test('nothing is cast to what fits everywhere', () => {
    expect(found(/\bas (?:never|any|unknown)\b|[:<]\s*any\b|@ts-(?:ignore|expect-error|nocheck)/g)).toEqual([])
  })

  test('it is not copied with other words in it', () => {
    expect(found(/\.\.\.\s*(?:content|signed)\b|Object\.assign|structuredClone|JSON\.parse/g, naming)).toEqual([])
    const reading = sources.filter(({ file }) => file === 'reading/read-mail.ts')
    expect(reading).toHaveLength(1)
    expect(found(/\.\.\.\s*(?:content|authenticated)\b/g, reading)).toEqual([])
  })

  test('no parser takes a part of it, which others could make', () => {
    expect(found(/\b[A-Z]\w*<SignedContent\b|SignedContent\s*(?:\[|&|\|)/g)).toEqual([
      'signing/authenticate.ts: Pick<SignedContent',
    ])
  })

  test('profiles decode in one place', () => {
    const outside = sources.filter(({ file }) => !file.startsWith(`profiles${path.sep}`))
    expect(found(/\b\w+\??\.decode\b|\[['"]decode['"]\]/g, outside)).toEqual(['reading/read-mail.ts: profile.decode'])
    expect(found(/\{[^{}]*\bdecode\b[^{}]*\}\s*=/g, outside)).toEqual([])
  })
})

describe('at run time', () => {
  const seen: SignedContent[] = []
  const nothing: Reply[] = []

  test.each<[string, typeof OPENPGP_MAILS, Pick<AuthenticateInput, 'keys' | 'receivedAt'>]>([
    ['OpenPGP', OPENPGP_MAILS, { keys: [pin('rsa2048'), pin('ed25519')], receivedAt: RECEIVED_AT }],
    ['S/MIME', SMIME_MAILS, { keys: [pinned('rsa2048'), pinned('p256')], receivedAt: minutesLater(10) }],
  ])(
    '%s: a parser is called for mails that are trusted, once each, with the frozen content',
    async (_, mails, input) => {
      const [profile] = await loadMailProfiles()
      if (profile === undefined) throw new Error('there is no profile')
      const recording: MailProfile = {
        ...profile,
        decode: (content) => {
          seen.push(content)
          return nothing
        },
      }
      let trusted = 0
      for (const { raw } of mails) {
        seen.length = 0
        const trust = { schemes: [...SCHEMES], maxAge: MAX_AGE, weak: [] }
        const task = {
          ...input,
          raw,
          trust,
          registryAddresses: [],
          envelopeFrom: '',
          profile: profile.id,
          account: {},
          handedOver: false,
          rules: [],
        }
        const reading = await readMail(task, recording)
        const authenticated = await authenticate({ ...task, raw })
        trusted += reading.stage === 'trusted' ? 1 : 0
        expect(seen).toEqual(authenticated.content === null ? [] : [authenticated.content])
        expect(seen.every((content) => Object.isFrozen(content))).toBe(true)
        expect('replies' in reading).toBe(reading.stage === 'trusted')
      }
      expect(trusted).toBeGreaterThan(2)
      expect(trusted).toBeLessThan(mails.length)
    },
  )
})
