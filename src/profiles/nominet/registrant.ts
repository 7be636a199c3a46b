import { checkContacts, hasData } from '../../core/contact.js'
import type { Contact } from '../../core/domain.js'
import type { Problem } from '../../core/errors.js'
import { dottedPhone, parsePhone } from '../../core/phone.js'
import { type PostalRules, readPostalInfo } from '../../core/postal-info.js'
import { optionalPair, type Pair } from '../key-value.js'
import type { EncodeInput } from '../profile.js'
import { rolePointer } from '../surplus.js'

type Found = { pairs: Pair[]; problems: Problem[] }

/** Which characters fields take is not known: ASCII, and lengths of our own. */
const RULES: PostalRules = {
  form: 'int',
  required: ['street', 'city', 'country'],
  longest: { name: 255, organization: 255, street: 255, city: 255, province: 255, postalCode: 20 },
  mostLines: 3,
}

const AT = '/contacts/holder'
export const ACCOUNT_ID = /^[A-Za-z0-9]{1,20}$/

/** Who a new name is for: an account that exists, by its id as the handle, or data of which one is made. */
export const readRegistrant = (input: Omit<EncodeInput, 'reference'>): Found => {
  const { contact, problems } = holderOf(input)
  if (contact === null) return { pairs: [], problems: [...problems, missing] }
  if (!hasData(contact)) {
    const { handle = '' } = contact
    const id = ACCOUNT_ID.test(handle) ? [] : [{ pointer: `${AT}/0/handle`, detail: NO_ID }]
    return { pairs: [['account-id', handle]], problems: [...problems, ...id] }
  }
  const { name, organization, handle, type } = contact
  const read = readData(contact, RULES)
  const accountName = read.info.organization ?? read.info.name
  const person = type !== 'organization' && organization === undefined
  return {
    pairs: [
      ...optionalPair('account-name', accountName),
      ...(person ? [['type', contact.country === 'GB' ? 'IND' : 'FIND'] satisfies Pair] : []),
      ...read.address,
      ...optionalPair('a1-name', read.info.name ?? read.info.organization),
      ...read.reach,
    ],
    problems: [
      ...problems,
      ...read.problems,
      ...(handle === undefined ? [] : [{ pointer: `${AT}/0/handle`, detail: BOTH }]),
      ...(name === undefined && organization === undefined ? [{ pointer: `${AT}/0/name`, detail: NO_NAME }] : []),
      ...(contact.email === undefined ? [{ pointer: `${AT}/0/email`, detail: NO_EMAIL }] : []),
    ],
  }
}

/** What of a registrant can be modified: address, e-mail and phone of the first contact, whose account keeps its name. */
export const readChanges = (input: Omit<EncodeInput, 'reference'>): Found => {
  const { contact, problems } = holderOf(input)
  if (contact === null) return { pairs: [], problems }
  const read = readData(contact, { ...RULES, required: contact.street === undefined ? [] : RULES.required })
  const fixed = (['handle', 'name', 'organization', 'type'] as const).filter((field) => contact[field] !== undefined)
  return {
    pairs: [...read.address, ...read.reach],
    problems: [
      ...problems,
      ...read.problems,
      ...fixed.map((field) => ({ pointer: `${AT}/0/${field}`, detail: FIXED })),
    ],
  }
}

const holderOf = ({ terms }: Omit<EncodeInput, 'reference'>): { contact: Contact | null; problems: Problem[] } => {
  const others = Object.entries(terms.contacts).filter(([role, list]) => role !== 'holder' && list.length > 0)
  const [contact = null, second] = terms.contacts['holder'] ?? []
  return {
    contact,
    problems: [
      ...others.map(([role]) => ({
        pointer: rolePointer(role),
        detail: 'A name has a holder here, and no other contact.',
      })),
      ...(second === undefined
        ? []
        : [{ pointer: `${AT}/1`, detail: 'A name has one holder here; leave the others out.' }]),
    ],
  }
}

const readData = (contact: Contact, rules: PostalRules) => {
  const { info, problems } = readPostalInfo(contact, rules, `${AT}/0`)
  const phone = contact.phone === undefined ? null : parsePhone(contact.phone)
  const address: Pair[] = [
    ...info.street.map((line): Pair => ['addr', line]),
    ...optionalPair('city', info.city),
    ...optionalPair('county', info.province),
    ...optionalPair('postcode', info.postalCode),
    ...optionalPair('country', info.country),
  ]
  const reach: Pair[] = [
    ...optionalPair('a1-email', contact.email ?? null),
    ...optionalPair('a1-phone', phone?.ok ? dottedPhone(phone.value) : null),
  ]
  const texts = [...Object.values(info).flat(), contact.email]
  const checked = checkContacts({ holder: [contact] })
  return {
    ...{ info, address, reach },
    problems: [
      ...problems,
      ...checked,
      ...(texts.some((text) => text?.toLowerCase() === 'null') ? [{ pointer: `${AT}/0`, detail: NULL }] : []),
      ...(contact.email !== undefined && !/^[\x21-\x7e]+$/.test(contact.email)
        ? [{ pointer: `${AT}/0/email`, detail: 'The registry takes an e-mail address of ASCII alone.' }]
        : []),
      ...(contact.type === 'role'
        ? [{ pointer: `${AT}/0/type`, detail: 'A holder is a person or an organization here.' }]
        : []),
      ...(contact.uriTemplate === undefined
        ? []
        : [{ pointer: `${AT}/0/uriTemplate`, detail: 'There is no place for this; leave it out.' }]),
    ],
  }
}

const missing = {
  pointer: AT,
  detail: 'A registration needs a holder: the id of an account as its handle, like 10001, or the data of a new one.',
}
const NO_ID = 'This is no id of an account; write one like 10001 or S10001.'
const BOTH = 'A holder is given by the id of an account or by data, not by both.'
const NO_NAME = 'The holder has no name; add that of the person or organization.'
const NO_EMAIL = 'The registry wants an e-mail address of the holder; add it.'
const NULL = 'The word "null" empties a field at the registry, so no value can be that.'
const FIXED = 'This cannot be modified by mail; leave it out, and give what changes of address, e-mail and phone.'
