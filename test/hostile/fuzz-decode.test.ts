import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { ACTIONS } from '../../src/core/action.js'
import type { Reply } from '../../src/core/reply.js'
import { hasControl } from '../../src/mail/control.js'
import { accountOf, loadMailProfiles } from '../helpers/mail-profiles.js'
import { signedContent } from '../helpers/signed-content.js'
import { mutants } from './corpus/mutations.js'
import { REPLIES, type Seed } from './corpus/seeds.js'
import { limited, worstCase } from './limited.js'
import { must } from './must.js'
import { watchRejections } from './unhandled.js'

watchRejections()
afterAll(() => console.info('reply parsers, worst:', worstCase()))

const options = (numRuns: number) => ({ seed: 20260301, numRuns })

const OUTCOMES: readonly string[] = ['accepted', 'done', 'refused', 'notice', 'unrecognised']
const actions: readonly (string | null)[] = [...ACTIONS, null]

/** What every reply must be, whoever made it of whatever. */
const checkReply = (reply: Reply, text: string): void => {
  const { outcome, reference, ticket, domain, action, code } = reply
  must(OUTCOMES.includes(outcome), () => `the outcome is ${outcome}`)
  must(reply.text !== '' && reply.text.length <= 2_000, () => 'it has no text, or one without an end')
  must(actions.includes(action), () => `the action is ${action}`)
  must(domain === null || /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain), () => `the domain is ${domain}`)
  for (const machine of [reference, ticket, code]) {
    must(machine === null || /^[\x21-\x7e]+$/.test(machine), () => `${machine} is no visible ASCII`)
    if (outcome !== 'notice') must(machine === null || text.includes(machine), () => `${machine} is not in the text`)
  }
  if (outcome === 'done' || outcome === 'refused')
    for (const { text: words } of reply.findings) must(!hasControl(words), () => 'a finding has a control character')
}

const decodeAll = (say: string, decode: (text: string) => Reply[], text: string): Reply[] => {
  const replies = limited(say, () => decode(text))
  must(replies.length > 0, () => 'there is no reply')
  for (const reply of replies) checkReply(reply, text)
  return replies
}

/** What of a reply decides what becomes of an order. */
const factsOf = (reply: Reply | undefined): string =>
  [reply?.outcome, reply?.reference, reply?.ticket, reply?.domain, reply?.action].join(' ')

/** As `authenticate` decodes signed octets: UTF-8, lines with LF. */
const textOf = (raw: Buffer): string => raw.toString('utf8').replaceAll('\r\n', '\n')

const profiles = await loadMailProfiles()
/** What all profiles are given together; each has its share, so that another registry costs no more time. */
const share = (runs: number) => options(Math.ceil(runs / profiles.length))

describe.each(profiles.map((profile) => ({ id: profile.id, profile })))('$id', ({ id, profile }) => {
  const decode = (text: string): Reply[] => profile.decode(signedContent(text), accountOf(profile))
  const seeds: readonly Seed[] = REPLIES.get(id) ?? []
  const settling = seeds.filter(({ raw }) =>
    decode(textOf(raw)).every(({ outcome }) => outcome === 'done' || outcome === 'refused'),
  )

  test('has replies to spoil', () => {
    expect(settling.length).toBeGreaterThan(3)
  })

  test('its share of 12,000 spoilt replies: each is read as a reply or unrecognised', () => {
    fc.assert(
      fc.property(mutants(seeds), ({ say, raw }) => void decodeAll(say, decode, textOf(raw))),
      share(12_000),
    )
  })

  test('a text that is not to be trusted in one place is unrecognised as a whole', () => {
    const marks = fc.constantFrom('\0', '\r', '\x07', '\x0b', '\x0c', '\x1b', '\x7f', '\u0085', '\u2028', '\ufeff')
    fc.assert(
      fc.property(fc.constantFrom(...settling), fc.noBias(fc.nat()), marks, ({ name, raw }, where, mark) => {
        const text = textOf(raw).trimEnd()
        if (decode(text).length > 1) return
        const at = where % text.length
        if (mark === '\r' && text[at] === '\n') return // a line end like any other
        const spoilt = text.slice(0, at) + mark + text.slice(at)
        const [reply] = decodeAll(`${name} with ${JSON.stringify(mark)} at ${at}`, decode, spoilt)
        must(reply?.outcome === 'unrecognised', () => `${JSON.stringify(spoilt)} is ${reply?.outcome}`)
      }),
      share(6_000),
    )
  })

  test('a key that comes twice, with one value or two, makes no other reply of it', () => {
    let unrecognised = 0
    for (const { name, raw } of settling) {
      const text = textOf(raw).trimEnd()
      const [before, ...more] = decode(text)
      if (before === undefined || more.length > 0) continue
      const facts = factsOf(before)
      const lines = text.split('\n')
      for (const [at, line] of lines.entries())
        for (const twin of [
          line,
          line.toLowerCase(),
          line.replace(': ', ':\t'),
          `${line}9`,
          line.replace(/ .*/, ' failed'),
        ])
          for (const where of [at, at + 1]) {
            const twice = [...lines.slice(0, where), twin, ...lines.slice(where)].join('\n')
            const [reply] = decodeAll(`${name}, line ${at} twice`, decode, twice)
            if (reply?.outcome === 'unrecognised') unrecognised += 1
            else must(factsOf(reply) === facts, () => `${twice} is ${factsOf(reply)}`)
          }
    }
    // Far more where every line is a key; prose has few places that matter.
    expect(unrecognised).toBeGreaterThan(10)
  })

  test('keys that every object has are keys like others', () => {
    for (const { name, raw } of settling)
      for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype']) {
        const withKey = (one: string) => decodeAll(name, decode, `${textOf(raw).trimEnd()}\n${one}: x\n`).at(-1)
        expect(factsOf(withKey(key)), `${name} with ${key}`).toBe(factsOf(withKey('a-key-of-nobody')))
      }
  })

  test('cut off at every character', () => {
    for (const { name, raw } of seeds)
      for (let end = 0; end < raw.length; end += 1)
        decodeAll(`${name} cut at ${end}`, decode, textOf(raw.subarray(0, end)))
  })
})
