import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
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
