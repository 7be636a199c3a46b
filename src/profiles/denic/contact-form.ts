import { z } from 'zod'
import type { Connection } from '../../core/connection.js'
import { CONTACT_ROLES, EMAIL, LONGEST_EMAIL } from '../../core/contact.js'
import { isCountry } from '../../core/country.js'
import { parsePhone } from '../../core/phone.js'
import { UNSEEN } from '../../core/postal-info.js'
import { LONGEST_URI_TEMPLATE, URI_TEMPLATE } from '../../core/uri-template.js'
import { RULES, regaccOf } from './contact-order.js'
import { HANDLE } from './handle.js'

/** The contact of an order that makes or changes one, under any role, as `readContactOrder` takes it. */
export const oneContact = (connection: Connection) => {
  const contact = z.union(
    [person, organization, organizationByName, forRequests].map((kind) => kind(handleOf(connection))),
  )
  const role = z.union([contact, z.array(contact).length(1)]).optional()
  return z
    .strictObject(Object.fromEntries(CONTACT_ROLES.map((name) => [name, role])))
    .refine((roles) => Object.values(roles).filter((one) => one !== undefined).length === 1, 'needs one contact')
    .meta({ minProperties: 1, maxProperties: 1, description: 'One contact, in whatever role.' })
}

/** One of our account. */
const handleOf = (connection: Connection) => {
  const regacc = regaccOf(connection)
  const own = new RegExp(HANDLE.source.replace('[0-9]+', regacc.replace(/\D/g, '')))
  return z
    .string()
    .regex(own)
    .min(9)
    .max(32)
    .meta({ description: `Of your choice; it begins with ${regacc}-.` })
}

/** Text as it is sent, without what is not seen; lengths are characters of its composed form (NFC). */
const textOf = (longest: number) =>
  z
    .string()
    .min(1)
    .refine((text) => Array.from(text.normalize('NFC')).length <= longest, `has more than ${longest} characters`)
    .refine((text) => !UNSEEN.test(text) && text.trim() === text, 'has blanks at an end, or what is not seen')
    .meta({ maxLength: longest })

type Handle = ReturnType<typeof handleOf>

const { longest } = RULES

const DATA = {
  street: z.array(textOf(longest.street)).min(1).max(RULES.mostLines),
  postalCode: textOf(longest.postalCode),
  city: textOf(longest.city),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .refine(isCountry, 'is the code of no country')
    .meta({ description: 'ISO 3166-1, two capital letters.' }),
  email: z.string().regex(EMAIL).max(LONGEST_EMAIL),
  phone: z
    .string()
    .regex(/^\+[1-9][0-9]*(\.[0-9]+)?$/)
    .refine((number) => parsePhone(number).ok, 'is no phone number')
    .optional()
    .meta({ description: 'E.164, like +49.30123456.' }),
}

const person = (handle: Handle) =>
  z.strictObject({
    ...{ handle, name: textOf(longest.name), organization: textOf(longest.organization).optional(), ...DATA },
    type: z.literal('person').optional(),
  })

/** An organisation has one name, in either field. */
const organization = (handle: Handle) =>
  z.strictObject({
    ...{ handle, organization: textOf(longest.organization), ...DATA, type: z.literal('organization') },
  })

const organizationByName = (handle: Handle) =>
  z.strictObject({ handle, name: textOf(longest.name), ...DATA, type: z.literal('organization') })

const forRequests = (handle: Handle) =>
  z.strictObject({
    ...{ handle, type: z.literal('role') },
    uriTemplate: z.string().regex(URI_TEMPLATE).max(LONGEST_URI_TEMPLATE).meta({
      description: 'Where requests go: a template of a mail or web address (RFC 6570).',
    }),
  })
