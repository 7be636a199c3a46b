import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { describeProblems } from '../../src/core/errors.js'
import { BUILT_IN_TEMPLATES, loadTemplates } from '../../src/profiles/load.js'
import type { Draft, EncodeInput, MailProfile, Profile } from '../../src/profiles/profile.js'
import { createTemplateRenderer } from '../../src/profiles/template.js'
import { accountOf } from '../helpers/mail-profiles.js'
import { signedContent } from '../helpers/signed-content.js'

const renderer = createTemplateRenderer(await loadTemplates({ builtIn: BUILT_IN_TEMPLATES, operators: null }))

/** The request of a good order. */
export const render = (profile: Profile, input: EncodeInput): Draft => {
  expect(profile.check(input)).toEqual([])
  const draft = renderer.render(profile.id, input.terms.action, profile.encode(input))
  if (!draft.ok) throw new Error(describeProblems(draft.problems))
  return draft.value
}

/** The fields of an order's body that a form is about, as a billing system would write them. */
const bodyOf = ({ terms }: Pick<EncodeInput, 'terms'>) => {
  const { period, authInfo, records, disconnect } = terms
  // No key at all: where the registry takes none, an empty list is as good as none.
  const dnssec = terms.dnssec?.length === 0 ? null : terms.dnssec
  const given = { period, authInfo, dnssec, disconnect, records: records.length === 0 ? null : records }
  const contacts = Object.keys(terms.contacts).length === 0 ? {} : { contacts: terms.contacts }
  const nameservers = terms.nameservers.length === 0 ? {} : { nameservers: terms.nameservers }
  const others = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null))
  return { ...contacts, ...nameservers, ...others }
}

/** Whether the form of an order's action has room for all that it says; what has no form of its own takes everything. */
export const formTakes = (profile: Profile, input: EncodeInput): boolean =>
  profile.formOf?.(input.terms.action, input.connection)?.safeParse(bodyOf(input)).success ?? true

/** The same by the JSON Schema that billing systems get, of an order whose contacts are in no lists. */
const schemaTakes = (profile: Profile, input: EncodeInput): boolean => {
  const form = profile.formOf?.(input.terms.action, input.connection) ?? null
  if (form === null) return true
  const contacts = Object.entries(input.terms.contacts).map(([role, list]) => [
    role,
    list.length === 1 ? list[0] : list,
  ])
  const body = { ...bodyOf(input), ...(contacts.length === 0 ? {} : { contacts: Object.fromEntries(contacts) }) }
  const ajv = new Ajv2020({ strict: false })
  return ajv.validate(z.toJSONSchema(form, { io: 'input' }), JSON.parse(JSON.stringify(body)))
}

/** Tests that the form has no room for these orders, none of which the profile takes. */
export const testForm = (profile: Profile, refused: Record<string, EncodeInput>): void => {
  test.each(Object.entries(refused))('F56: the form has no room for %s', (_, input) => {
    expect(profile.check(input)).not.toEqual([])
    expect([formTakes(profile, input), schemaTakes(profile, input)]).toEqual([false, false])
  })
}

const folderOf = (profile: Profile, kind: string): URL => new URL(`../fixtures/${profile.id}/${kind}/`, import.meta.url)

/** `GOLDEN=write` writes the requests anew; read the difference. */
const WRITE = process.env['GOLDEN'] === 'write'

/** Tests that each of these orders makes the request that is written in the fixtures, and that there are no others. */
export const testGoldenRequests = (profile: MailProfile, golden: Record<string, EncodeInput>): void => {
  test.each(Object.entries(golden))('golden request %s', (name, input) => {
    const draft = render(profile, input)
    const text = `Subject: ${draft.subject}\n\n${draft.body}`
    const file = new URL(name, folderOf(profile, 'requests'))
    if (WRITE) writeFileSync(file, text)
    expect(text).toBe(readFileSync(file, 'utf8'))
    expect(profile.confirm(draft, input)).toEqual([])
    expect([formTakes(profile, input), schemaTakes(profile, input)]).toEqual([true, true])
  })

  test('there is an order for every golden request', () => {
    expect(readdirSync(folderOf(profile, 'requests')).sort()).toEqual(Object.keys(golden).sort())
  })
}

/**
 * Tests what each signed text of the fixtures means, in lines that end with LF and with CRLF, and that nothing in `not` means
 * anything.
 */
export const testReplies = (profile: MailProfile, expected: Record<string, object[]>): void => {
  const replies = folderOf(profile, 'replies')
  const not = folderOf(profile, 'not')
  const decode = (text: string) => profile.decode(signedContent(text), accountOf(profile))

  test.each(Object.entries(expected))('reply %s', (name, meaning) => {
    const text = readFileSync(new URL(name, replies), 'utf8')
    expect(decode(text)).toMatchObject(meaning)
    expect(decode(text)).toHaveLength(meaning.length)
    expect(decode(text.replaceAll('\n', '\r\n'))).toEqual(decode(text))
  })

  test('there is a meaning for every reply', () => {
    expect(readdirSync(replies).sort()).toEqual(Object.keys(expected).sort())
  })

  test.each(readdirSync(not))('%s is unrecognised', (name) => {
    const text = readFileSync(new URL(name, not), 'utf8')
    for (const one of [text, text.replaceAll('\n', '\r\n')])
      for (const reply of decode(one)) expect(reply).toMatchObject({ outcome: 'unrecognised', reference: null })
  })
}
