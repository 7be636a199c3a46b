import { existsSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ACTIONS, type Action } from '../../src/core/action.js'
import { describeProblems } from '../../src/core/errors.js'
import { BUILT_IN_TEMPLATES, loadProfiles, loadTemplates } from '../../src/profiles/load.js'
import type { EncodeInput, MailProfile } from '../../src/profiles/profile.js'
import { checkTemplates, createTemplateRenderer, type TemplatedProfile } from '../../src/profiles/template.js'
import { accountOf } from '../helpers/mail-profiles.js'
import { signedContent } from '../helpers/signed-content.js'
import { INJECTIONS } from '../hostile/injections.js'
import { at, textsIn, withAt } from '../hostile/string-fields.js'

/** What every profile has to keep, whatever its registry. */
const profiles = [...(await loadProfiles()).values()]
const sources = await loadTemplates({ builtIn: BUILT_IN_TEMPLATES, operators: null })
const renderer = createTemplateRenderer(sources)

const QUESTIONS: readonly Action[] = ['check', 'info', 'lookup', 'lookup-transfer']

test('there are profiles', () => {
  expect(profiles.length).toBeGreaterThan(0)
})

test('the built-in templates and the profiles fit each other', () => {
  expect(checkTemplates(sources, profiles)).toEqual([])
})

describe.each(profiles.map((profile) => ({ id: profile.id, profile })))('$id', ({ id, profile }) => {
  const templated: TemplatedProfile = profile
  const supported = ACTIONS.filter((action) => profile.capabilities[action].supported)

  test('has a page that says what is known of the registry', () => {
    expect(existsSync(new URL(`../../docs/registries/${id}.md`, import.meta.url))).toBe(true)
  })

  test.each(ACTIONS)('says of %s that it has it, or in a sentence why not', (action) => {
    const capability = profile.capabilities[action]
    if (!capability.supported) expect(capability.reason).toMatch(/^[A-Z].{20,}\.$/)
  })

  test.each(supported)(
    '%s has a template and samples, which render the same every time and are confirmed',
    (action) => {
      const samples = templated.samples.filter((sample) => sample.action === action)
      expect(samples.length).toBeGreaterThan(0)
      for (const { values, input } of samples) {
        const draft = renderer.render(id, action, values)
        if (!draft.ok) throw new Error(describeProblems(draft.problems))
        expect(renderer.render(id, action, structuredClone(values))).toEqual(draft)
        expect(draft.value.body).toMatch(/^[^\r\0]+\n$/)
        expect(draft.value.body).not.toMatch(/[ \t]$/m)
        if (input === undefined) continue
        expect(profile.check(input)).toEqual([])
        expect(profile.encode(input)).toEqual(values)
        if (profile.channel !== 'mail') continue
        expect(profile.confirm(draft.value, input)).toEqual([])
        // Registries that take no reference with a question are the only ones to do without.
        const place = QUESTIONS.includes(action) ? null : profile.referenceIn
        if (place !== null) {
          expect(draft.value[place]).toContain(input.reference)
          const other = { ...draft.value, [place]: draft.value[place].replaceAll(input.reference, 'another-reference') }
          expect(profile.confirm(other, input)).not.toEqual([])
        }
        expect(profile.confirm({ ...draft.value, body: '' }, input)).not.toEqual([])
      }
    },
  )

  test('the account is checked, and unknown fields are refused', () => {
    expect(profile.account.safeParse({ thereIsNoSuchField: true }).success).toBe(false)
  })
})

const byMail = profiles.flatMap((profile) => (profile.channel === 'mail' ? [{ id: profile.id, profile }] : []))

describe.each(byMail)('$id: no text of an order makes a line of its own, nor another subject,', ({ id, profile }) => {
  const render = (input: EncodeInput) => {
    const draft = renderer.render(id, input.terms.action, profile.encode(input))
    if (!draft.ok) throw new Error(describeProblems(draft.problems))
    expect(profile.confirm(draft.value, input)).toEqual([])
    const keys = draft.value.body.split('\n').map((line) => line.slice(0, Math.max(0, line.search(/[:=]/))))
    return { subject: draft.value.subject, keys: keys.map((key) => key.trim()) }
  }

  test.each(richest(profile))('in $terms.action', (input) => {
    const clean = render(input)
    let tried = 0
    for (const field of textsIn(input.terms).filter((one) => SAID.test(one)))
      for (const injection of INJECTIONS) {
        const value = `${String(at(input.terms, field))}${injection}`
        const spoiled = { ...input, terms: withAt(input.terms, field, value) as EncodeInput['terms'] }
        tried++
        if (profile.check(spoiled).length > 0) continue
        const { subject, keys } = render(spoiled)
        expect(keys, `${field} is ${JSON.stringify(value)}`).toEqual(clean.keys)
        expect(subject).toMatch(/^[^\p{Cc}\u2028\u2029]+$/u)
        if (profile.referenceIn === 'subject') expect(subject).toBe(clean.subject)
      }
    expect(tried).toBeGreaterThan(0)
  })
})

/** Of each action the sample that says most. */
function richest({ samples }: MailProfile): EncodeInput[] {
  const inputs = samples.flatMap(({ input }) => (input === undefined ? [] : [input]))
  const size = ({ terms }: EncodeInput) => textsIn(terms).length
  return ACTIONS.flatMap((action) => {
    const [most] = inputs.filter(({ terms }) => terms.action === action).sort((a, b) => size(b) - size(a))
    return most === undefined ? [] : [most]
  })
}

/** What customers write; the rest of an order is one of a few words, or never leaves. */
const SAID = /^\/(domain|unicodeName|authInfo|nameservers|records|dnssec|contacts)\b(?!.*\/type$)/

test.each(byMail)('$id: garbage is unrecognised, and decode never throws', ({ profile }) => {
  const line = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.lorem(),
    fc.constantFrom('', 'a: b', 'RESULT', '[x]', '=-=', ':'),
  )
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
      const replies = profile.decode(signedContent(lines.join('\n')), accountOf(profile))
      expect(replies.length).toBeGreaterThan(0)
      for (const reply of replies) {
        expect(reply.outcome).toBe('unrecognised')
        expect(reply.text).not.toBe('')
      }
    }),
    { numRuns: 300 },
  )
})
