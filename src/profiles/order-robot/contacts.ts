import { checkContacts, hasData } from '../../core/contact.js'
import type { Contact } from '../../core/domain.js'
import type { Problem } from '../../core/errors.js'
import { dottedPhone, parsePhone } from '../../core/phone.js'
import { type PostalRules, readPostalInfo } from '../../core/postal-info.js'
import { contactsWithDefaults } from '../contact-defaults.js'
import { optionalPair, type Pair } from '../key-value.js'
import type { EncodeInput } from '../profile.js'
import { rolePointer } from '../surplus.js'
import { accountOf, type RobotAccount } from './account.js'
import { isWritable } from './form-lines.js'
import { hasHandleDomain, isHandle } from './handle.js'

/** The groups of the form, by the roles of a domain. */
export const GROUPS = { holder: 'OWNER', admin: 'ADMIN_C', tech: 'TECH_C', zone: 'ZONE_C' } as const
export type Role = keyof typeof GROUPS
export const ROLES = Object.keys(GROUPS) as Role[]

type Found = { pairs: Pair[]; problems: Problem[] }

/**
 * The contacts of an order: a handle, or data of which the partner makes one. Tech-c and zone-c that neither the order nor the
 * connection gives are the robot's own. `needed`: owner and admin-c have to be there.
 */
export const readContacts = (input: Omit<EncodeInput, 'reference'>, { needed }: { needed: boolean }): Found => {
  const account = accountOf(input.connection.account)
  const all = contactsWithDefaults(input)
  const unknown = Object.entries(input.terms.contacts)
    .filter(([role, list]) => list.length > 0 && !Object.hasOwn(GROUPS, role))
    .map(([role]) => ({
      pointer: rolePointer(role),
      detail: `The form has no such contact, but: ${ROLES.join(', ')}.`,
    }))
  const found = ROLES.map((role): Found => {
    const [contact, second] = all[role] ?? []
    const at = `/contacts/${role}`
    if (second !== undefined) return wrong(at, `There are several ${role} contacts; the form takes one.`)
    if (contact !== undefined) return readContact(contact, { at: `${at}/0`, group: GROUPS[role], account })
    return needed && (role === 'holder' || role === 'admin')
      ? wrong(at, `The form needs the ${role} contact, by its handle or its data.`)
      : { pairs: [], problems: [] }
  })
  return {
    pairs: found.flatMap(({ pairs }) => pairs),
    problems: [...unknown, ...found.flatMap(({ problems }) => problems)],
  }
}

const wrong = (pointer: string, detail: string): Found => ({ pairs: [], problems: [{ pointer, detail }] })

type Place = { at: string; group: string; account: RobotAccount }

const readContact = (contact: Contact, place: Place): Found => {
  if (hasData(contact)) return readData(contact, place)
  const { handle = '' } = contact
  return isHandle(handle, place.account)
    ? { pairs: [[`${place.group}_HANDLE`, handle]], problems: [] }
    : wrong(
        `${place.at}/handle`,
        `${JSON.stringify(handle.slice(0, 60))} is no handle; write one like ABC123@${place.account.handleDomain}.`,
      )
}

/** Lengths are our choice. */
export const RULES: PostalRules = {
  form: 'int',
  required: ['name', 'street', 'postalCode', 'city', 'country'],
  longest: { name: 80, organization: 80, street: 80, city: 80, province: 80, postalCode: 20 },
  mostLines: 3,
}

/** The fields behind the name of a group are ours. */
const readData = (given: Contact, { at, group, account }: Place): Found => {
  const { info, problems } = readPostalInfo(given, RULES, at)
  const phone = given.phone === undefined ? null : parsePhone(given.phone)
  const email = given.email ?? ''
  const pairs = [
    ...optionalPair('NAME', info.name),
    ...optionalPair('ORGANIZATION', info.organization),
    ...info.street.map((line, index): Pair => [`STREET_${index + 1}`, line]),
    ...optionalPair('POSTAL_CODE', info.postalCode),
    ...optionalPair('CITY', info.city),
    ...optionalPair('PROVINCE', info.province),
    ...optionalPair('COUNTRY', info.country),
    ...optionalPair('PHONE', phone?.ok ? dottedPhone(phone.value) : null),
    ...optionalPair('EMAIL', email),
  ].map(([field, value]): Pair => [`${group}_${field}`, value])
  const quoted = pairs.find(([, value]) => !isWritable(value))
  const own: [boolean, string, string][] = [
    [given.handle !== undefined, 'handle', 'A contact is given by its handle or by all of its data, not by both.'],
    [given.type === 'role', 'type', 'A contact is a person or an organization here.'],
    [given.uriTemplate !== undefined, 'uriTemplate', 'The form has no place for the template of an address.'],
    [
      !/^[\x21-\x7e]{3,80}$/.test(email),
      'email',
      'The form needs an e-mail address, of ASCII and at most 80 characters.',
    ],
    [hasHandleDomain(email, account), 'email', HANDLE_NO_ADDRESS],
    [phone === null, 'phone', 'The form needs a phone number, like +49.30123456.'],
  ]
  return {
    pairs,
    problems: [
      ...problems,
      ...own.flatMap(([isWrong, field, detail]) => (isWrong ? [{ pointer: `${at}/${field}`, detail }] : [])),
      ...checkContacts({ one: [given] }).map(({ pointer, detail }) => ({
        pointer: pointer.replace('/contacts/one/0', at),
        detail,
      })),
      ...(quoted === undefined
        ? []
        : [{ pointer: at, detail: `The form cannot say a quotation mark (${quoted[0]}); write it without one.` }]),
    ],
  }
}

export const HANDLE_NO_ADDRESS =
  'This is a handle of the registrar, which nobody reads mails at; give an e-mail address.'
