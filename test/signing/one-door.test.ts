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
import type {
  Authenticated,
  AuthenticateInput,
  SignedContent,
  SignedPart,
  UnsignedContent,
} from '../../src/signing/scheme.js'
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

  test('is never what nobody signed, and the other way round', () => {
    expectTypeOf<UnsignedContent>().not.toExtend<SignedContent>()
    expectTypeOf<SignedContent>().not.toExtend<UnsignedContent>()
    expectTypeOf<Omit<UnsignedContent, never>>().not.toExtend<SignedContent>()
    type Taken = Parameters<NonNullable<MailProfile['decodeUnsigned']>>
    expectTypeOf<Taken[0]>().toEqualTypeOf<UnsignedContent>()
    expectTypeOf<SignedContent>().not.toExtend<Taken[0]>()
    expectTypeOf<{
      [Field in keyof UnsignedContent as Field extends string ? Field : never]: UnsignedContent[Field]
    }>().not.toExtend<UnsignedContent>()
  })

  test('comes out of authenticate alone, with trust alone', () => {
    expectTypeOf<Extract<Authenticated, { stage: 'trusted' }>['content']>().toEqualTypeOf<SignedContent>()
    expectTypeOf<Exclude<Authenticated, { stage: 'trusted' }>['content']>().toEqualTypeOf<null>()
    expectTypeOf<Exclude<Authenticated, { stage: 'trusted' }>['unsigned']>().toEqualTypeOf<UnsignedContent | null>()
    expectTypeOf<Extract<Authenticated, { stage: 'trusted' }>>().not.toHaveProperty('unsigned')
    expectTypeOf<ReturnType<typeof authenticate>>().toEqualTypeOf<Promise<Authenticated>>()
  })

  test('does not leave the thread that read the mail: what flows get cannot be decoded again', () => {
    expectTypeOf<Extract<Reading, { stage: 'trusted' }>['content']>().not.toExtend<SignedContent>()
    expectTypeOf<Exclude<Reading, { stage: 'trusted' | 'unsigned' }>>().not.toHaveProperty('replies')
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

const IMPORTS = /import[^;']*\b(?:Uns|S)ignedContent\b[^;']*'[^']*\/scheme\.js'/

describe('there is no way around it in the sources', () => {
  const naming = sources.filter(({ text }) => IMPORTS.test(text) || /export type SignedContent/.test(text))

  test('the type is named where it is declared, made and taken', () => {
    const others = naming.map(({ file }) => file).filter((file) => !/^profiles\/[^/]+\/decode\.ts$/.test(file))
    expect(others.sort()).toEqual([
      ...['profiles/profile.ts', 'reading/read-mail.ts', 'signing/authenticate.ts', 'signing/scheme.ts'],
    ])
    expect(naming.length).toBeGreaterThan(others.length)
  })

  test('one cast makes each kind, in authenticate', () => {
    const casts =
      /\b(?:as|is|satisfies) (?:Signed|UnsignedC|Authenticated)\w*|<(?:Signed|UnsignedC|Authenticated)\w*>\s*[({\w]/g
    expect(found(casts)).toEqual([
      'signing/authenticate.ts: as SignedContent',
      'signing/authenticate.ts: as UnsignedContent',
    ])
    expect(found(/\[(?:un)?signed\]/g)).toEqual(['signing/scheme.ts: [signed]', 'signing/scheme.ts: [unsigned]'])
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
    expect(found(/\b\w+\??\.decode(?:Unsigned)?\b|\[['"]decode(?:Unsigned)?['"]\]/g, outside)).toEqual([
      'flows/check-connection.ts: profile.decodeUnsigned', // whether it has one
      'reading/read-mail.ts: profile.decode',
      'reading/read-mail.ts: profile.decodeUnsigned',
    ])
    expect(found(/\{[^{}]*\bdecode(?:Unsigned)?\b[^{}]*\}\s*=/g, outside)).toEqual([])
  })

  test('what flows get of an unsigned mail cannot be decoded, and its effects are in one place', () => {
    expectTypeOf<Extract<Reading, { stage: 'unsigned' }>>().not.toExtend<UnsignedContent>()
    const effects = sources.filter(({ text }) => /\bsettleUnsigned\b/.test(text)).map(({ file }) => file)
    expect(effects.sort()).toEqual(['flows/process-mail.ts', 'flows/settle-unsigned.ts'])
    const declared = sources.filter(
      ({ file, text }) => /\bdecodeUnsigned\b/.test(text) && !/^profiles\/[^/]+\//.test(file),
    )
    expect(declared.map(({ file }) => file).sort()).toEqual([
      ...['flows/check-connection.ts', 'profiles/profile.ts', 'reading/read-mail.ts'],
    ])
  })
})

describe('at run time', () => {
  const seen: SignedContent[] = []
  const seenUnsigned: UnsignedContent[] = []
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
        decodeUnsigned: (content) => {
          seenUnsigned.push(content)
          return { messageId: null, replies: nothing }
        },
      }
      let trusted = 0
      for (const { raw } of mails) {
        seen.length = 0
        seenUnsigned.length = 0
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
        // Of all these mails each has some signature, and most a bad one.
        expect(seenUnsigned).toEqual([])
        expect(authenticated.stage === 'trusted' || authenticated.unsigned === null).toBe(true)
        expect('replies' in reading).toBe(reading.stage === 'trusted')
      }
      expect(trusted).toBeGreaterThan(2)
      expect(trusted).toBeLessThan(mails.length)
    },
  )
})
