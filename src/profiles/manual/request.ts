import type { Problem } from '../../core/errors.js'
import { contactsWithDefaults } from '../contact-defaults.js'
import type { EncodeInput, TemplateValues } from '../profile.js'
import { accountOf } from './account.js'
import { contactGroups, nameless } from './contacts.js'
import { missingFields, neededFields } from './fields.js'

/** Everything that would keep people from carrying out an order. */
export const check = ({ terms, connection }: Omit<EncodeInput, 'reference'>): Problem[] => {
  const contacts = contactsWithDefaults({ terms, connection })
  const needed = neededFields(terms.action, accountOf(connection.account).fields)
  const { nameservers, records, dnssec } = terms
  const says = nameservers.length + records.length + Object.keys(terms.contacts).length > 0 || dnssec !== null
  return [
    ...missingFields({ terms, contacts }, needed),
    ...nameless(contacts),
    ...(terms.action === 'update' && !says
      ? [{ pointer: '', detail: 'This order changes nothing: give name servers, DNSSEC keys or contacts.' }]
      : []),
  ]
}

/** What a ticket says, as text. */
export const encode = ({ terms, reference, connection }: EncodeInput): TemplateValues => {
  const { registrar, url, login } = accountOf(connection.account)
  return {
    action: terms.action,
    domain: terms.unicodeName,
    domainAce: terms.domain,
    reference,
    test: connection.mode === 'test' ? 'yes' : null,
    registrar: registrar ?? connection.title,
    url: url ?? null,
    login: login ?? null,
    order: terms.billingOrderId,
    account: terms.account.id,
    email: terms.account.email,
    years: terms.period === null ? null : String(terms.period.years),
    contacts: contactGroups(contactsWithDefaults({ terms, connection })),
    nameservers: terms.nameservers.map(({ host, addresses }) => [host, ...addresses].join(' ')),
    records: terms.records,
    dnskeys: terms.dnssec ?? [],
    unsigned: terms.dnssec?.length === 0 ? 'yes' : null,
    authInfo: terms.authInfo,
    disconnect: terms.disconnect === null ? null : terms.disconnect ? 'yes' : 'no',
  }
}
