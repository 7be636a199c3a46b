import { CONTACT_ROLES } from '../../core/contact.js'
import type { Contact, Contacts } from '../../core/domain.js'
import type { Problem } from '../../core/errors.js'
import { rolePointer } from '../surplus.js'

/** A contact that nobody could find or write down. */
export const nameless = (contacts: Contacts): Problem[] =>
  Object.entries(contacts).flatMap(([role, list]) =>
    list.flatMap(({ handle, name, organization }, index) =>
      handle === undefined && name === undefined && organization === undefined
        ? [
            {
              pointer: `${rolePointer(role)}/${index}`,
              detail: 'This has neither a handle nor a name or an organization; give one of them.',
            },
          ]
        : [],
    ),
  )

/** As a ticket shows them: in the order of their roles, each in lines for a form. */
export const contactGroups = (contacts: Contacts): { role: string; lines: string[] }[] => {
  const known: readonly string[] = CONTACT_ROLES
  const others = Object.keys(contacts).filter((role) => !known.includes(role))
  return [...known, ...others].flatMap((role) => (contacts[role] ?? []).map((one) => ({ role, lines: linesOf(one) })))
}

const linesOf = (contact: Contact): string[] => [
  ...label('handle', contact.handle),
  ...label('name', contact.name),
  ...label('organization', contact.organization),
  ...(contact.street ?? []).flatMap((line) => label('street', line)),
  ...label('postal code', contact.postalCode),
  ...label('city', contact.city),
  ...label('province', contact.province),
  ...label('country', contact.country),
  ...label('phone', contact.phone),
  ...label('e-mail', contact.email),
  ...label('address of requests', contact.uriTemplate),
  ...label('type', contact.type),
]

const label = (name: string, value: string | undefined): string[] => (value === undefined ? [] : [`${name}: ${value}`])
