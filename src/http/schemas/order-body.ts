import { z } from '@hono/zod-openapi'
import { ACTIONS } from '../../core/action.js'
import type { CONTACT_ROLES } from '../../core/contact.js'
import type { Contact, Contacts } from '../../core/domain.js'
import { AMOUNT, CURRENCY } from '../../core/price.js'
import type { OrderBody } from '../../flows/prepare-order.js'
import { email, record, text } from './text.js'

const contact = record({
  handle: text(80).exactOptional(),
  name: text(255).exactOptional(),
  organization: text(255).exactOptional(),
  street: z.array(text(255)).min(1).max(3).exactOptional(),
  city: text(255).exactOptional(),
  province: text(255).exactOptional(),
  postalCode: text(16).exactOptional(),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'must be two capital letters of ISO 3166-1, such as DE')
    .exactOptional(),
  phone: text(40).exactOptional(),
  email: email().exactOptional(),
  uriTemplate: text(255).exactOptional().openapi({
    description: 'Of a `role`: where requests go, as a template of a mail or web address (RFC 6570).',
    example: 'https://hoster.example/abuse{?domain}',
  }),
  type: z.enum(['person', 'organization', 'role']).exactOptional(),
})
  .refine((value) => Object.keys(value).length > 0, 'is empty; give a handle, or the fields of a contact (RFC 5733)')
  .openapi('Contact', { description: "A registry's handle of a contact, or its data in the terms of RFC 5733." })

const contactsOfRole = z.union([contact, z.array(contact).min(1).max(10)])

const nameserver = record({
  host: text(255),
  addresses: z
    .array(text(45))
    .max(10)
    .optional()
    .openapi({ description: 'Glue, where the host lies inside the domain.' }),
}).openapi('Nameserver')

/** An account of a billing system, as an order or an owner is given with it. */
export const accountSchema = record({
  id: text(100),
  type: z
    .enum(['customer', 'provider'])
    .openapi({ description: "A customer's order waits for its payment; a provider's goes at once." }),
  email: email().optional(),
})

const order = record({
  billingOrderId: text(100).openapi({ description: "The billing system's own id: unique within an account." }),
  account: accountSchema,
  origin: z.enum(['store', 'control-centre', 'provider']).optional(),
  action: z.enum(ACTIONS),
  domain: text(255).openapi({ description: 'In U-labels or A-labels.', example: 'bücher-müller.de' }),
  paid: z.boolean().optional(),
  period: record({ years: z.number().int().min(1).max(99) }).optional(),
  nameservers: z.array(nameserver).max(50).optional(),
  contacts: record({
    holder: contactsOfRole.optional(),
    admin: contactsOfRole.optional(),
    tech: contactsOfRole.optional(),
    zone: contactsOfRole.optional(),
    billing: contactsOfRole.optional(),
    'general-request': contactsOfRole.optional(),
    abuse: contactsOfRole.optional(),
  } satisfies Record<(typeof CONTACT_ROLES)[number], unknown>).optional(),
  authInfo: text(128).optional().openapi({ description: 'Sent to the registry, never shown again.' }),
  dnssec: z.array(text(4_000)).max(20).optional(),
  records: z.array(text(1_000)).max(50).optional(),
  disconnect: z.boolean().optional(),
  notify: email().optional(),
  price: record({
    amount: z.string().regex(AMOUNT, 'must be an amount in digits, such as "9.90"'),
    currency: z.string().regex(CURRENCY, 'must be three capital letters of ISO 4217, such as EUR'),
  })
    .optional()
    .openapi({ description: 'Else the price of the TLD, where it has one (`GET /v1/prices`).' }),
  agreement: record({
    version: text(100),
    acceptedBy: text(254),
    acceptedAt: z.iso.datetime({ offset: true }),
  }).optional(),
  connection: text(200).optional().openapi({ description: "A connection's id or title; else the TLD decides." }),
}).openapi('OrderRequest')

/** The body of an order as it is written. */
export const orderRequestSchema = order

/** What `POST /v1/orders` and `POST /v1/preview` take; absent fields have their defaults afterwards. */
export const orderBodySchema = order.transform(
  (given): OrderBody => ({
    billingOrderId: given.billingOrderId,
    account: { ...given.account, email: given.account.email ?? null },
    origin: given.origin ?? (given.account.type === 'provider' ? 'provider' : 'store'),
    action: given.action,
    domain: given.domain,
    paid: given.paid ?? false,
    period: given.period ?? null,
    nameservers: (given.nameservers ?? []).map(({ host, addresses }) => ({ host, addresses: addresses ?? [] })),
    contacts: contactLists(given.contacts ?? {}),
    authInfo: given.authInfo ?? null,
    dnssec: given.dnssec ?? null,
    records: given.records ?? [],
    disconnect: given.disconnect ?? null,
    notify: given.notify ?? null,
    price: given.price ?? null,
    agreement: given.agreement ?? null,
    connection: given.connection ?? null,
  }),
)

const contactLists = (given: Record<string, Contact | Contact[] | undefined>): Contacts =>
  Object.fromEntries(
    Object.entries(given).flatMap(([role, one]) =>
      one === undefined ? [] : [[role, Array.isArray(one) ? one : [one]] satisfies [string, Contact[]]],
    ),
  )
