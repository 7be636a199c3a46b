import type { Contact } from './domain.js'
import type { Problem } from './errors.js'
import { type Letters, toAscii } from './transliterate.js'

/** Fields of a contact that are text for people. */
const TEXTS = ['name', 'organization', 'city', 'province', 'postalCode'] as const
type TextField = (typeof TEXTS)[number]

/**
 * What a registry wants of names and addresses. `form` is that of RFC 5733, 2.4: `int` is ASCII, into which everything is
 * transliterated (`letters`: what the registry writes in its own way), `loc` is as the order has it. Lengths are characters
 * of what is sent.
 */
export type PostalRules = {
  form: 'int' | 'loc'
  letters?: Letters
  required: readonly (TextField | 'street' | 'country')[]
  longest: Readonly<Record<TextField | 'street', number>>
  mostLines: number
}

/** Controls, halves of surrogate pairs, byte order marks, and what some programs take for line breaks. */
export const UNSEEN = /[\p{Cc}\p{Cs}\u2028\u2029\ufeff]/u

/** Names and an address in the form that a registry takes; null for what the contact does not have. */
export type PostalInfo = Record<TextField | 'country', string | null> & { street: string[] }

/**
 * A contact's names and address as they are sent, with everything that is wrong with them; the order keeps them as they were
 * written. `at` is the contact's pointer.
 */
export const readPostalInfo = (
  contact: Contact,
  rules: PostalRules,
  at: string,
): { info: PostalInfo; problems: Problem[] } => {
  const problems: Problem[] = missing(contact, rules, at)
  const read = (text: string, field: TextField | 'street', pointer: string): string => {
    const form =
      rules.form === 'loc' ? { ok: true as const, value: text.normalize('NFC') } : toAscii(text, rules.letters)
    if (!form.ok) problems.push(...form.problems.map(({ detail }) => ({ pointer, detail })))
    const sent = form.ok ? form.value : ''
    const most = rules.longest[field]
    const length = Array.from(sent).length
    if (length > most)
      problems.push({
        pointer,
        detail: `The text has ${length} characters as it is sent; at most ${most} are allowed.`,
      })
    if (UNSEEN.test(text))
      problems.push({
        pointer,
        detail: 'The text has a line break or another character that is not seen; take it out.',
      })
    if (form.ok && sent !== sent.trim())
      problems.push({ pointer, detail: 'The text begins or ends with a blank; take it away.' })
    return sent
  }
  const texts = TEXTS.map((field) => {
    const text = contact[field]
    return [field, text === undefined ? null : read(text, field, `${at}/${field}`)] as const
  })
  const street = (contact.street ?? []).map((line, nth) => read(line, 'street', `${at}/street/${nth}`))
  if (street.length > rules.mostLines)
    problems.push({
      pointer: `${at}/street`,
      detail: `There are ${street.length} lines; at most ${rules.mostLines} are allowed.`,
    })
  const known = Object.fromEntries(texts) as Record<TextField, string | null>
  return { info: { ...known, street, country: contact.country ?? null }, problems }
}

const missing = (contact: Contact, { required }: PostalRules, at: string): Problem[] =>
  required
    .filter((field) => contact[field] === undefined || contact[field].length === 0)
    .map((field) => ({ pointer: `${at}/${field}`, detail: `The registry wants the ${WORDS[field]}; add it.` }))

const WORDS: Record<TextField | 'street' | 'country', string> = {
  name: 'name of the person or organisation',
  organization: 'organisation',
  street: 'street or another line of the address',
  city: 'city',
  province: 'province or state',
  postalCode: 'postal code',
  country: 'country',
}
