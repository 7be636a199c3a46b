import type { Finding, Reply, ReplyData } from '../../core/reply.js'
import type { Section } from '../key-value.js'
import { NO_SUCH_DOMAIN } from './codes.js'

/** What is told of a domain, by the names that answers of ours have for it; lists where a key may be there more than once. */
const TEXTS = {
  status: 'Status',
  regAccId: 'RegAccId',
  regAccName: 'RegAccName',
  changed: 'Changed',
  registryLock: 'RegistryLock',
  generalRequest: 'Generalrequest',
  abuseContact: 'Abusecontact',
} as const
const LISTS = { holders: 'Holder', nameservers: 'Nserver', records: 'Nsentry', dnskeys: 'Dnskey' } as const

/** The data of an answer to CHECK or INFO. Hosts are without the dot that the registry writes at their end. */
export const readData = (head: Section): ReplyData => {
  const texts = Object.entries(TEXTS).flatMap(([name, key]) => {
    const value = head.first(key)
    return value === null ? [] : [[name, value] as const]
  })
  const lists = Object.entries(LISTS).flatMap(([name, key]) => {
    const values = head.all(key)
    return values.length === 0 ? [] : [[name, values.map((value) => value.replace(/\.(?= |$)/, ''))] as const]
  })
  return Object.fromEntries([...texts, ...lists])
}

/**
 * The question that is answered by "there is no such domain": it has neither a CTID nor a Domain, and the name stands in the
 * brackets that hold what is variable in a text.
 */
export const askedFor = (finding: Finding | undefined): Partial<Pick<Reply, 'action' | 'domain'>> => {
  if (finding?.code !== NO_SUCH_DOMAIN) return {}
  const [, name] = /^[^[\]]*\[([a-z0-9-]+(?:\.[a-z0-9-]+)+)\]$/.exec(finding.text) ?? []
  return name === undefined || name.length > 253 ? {} : { action: 'info', domain: name }
}
