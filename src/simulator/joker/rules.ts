import type { Holding, RegistryMemory } from '../memory.js'
import type { Request } from './request.js'

/** Null where the request was carried out, else why it was not. */
export type Ruling = { code: number; text: string } | null

type Rule = (request: Request, memory: RegistryMemory) => Ruling

/** EPP's result codes (RFC 5730, 3), which the registrar passes on; invented here for the mail gateway. */
const refused = (code: number, text: string): Ruling => ({ code, text })
const taken: Ruling = refused(2302, 'Object exists')
const missing: Ruling = refused(2303, 'Object does not exist')
const foreign: Ruling = refused(2201, 'Authorization error')

const create: Rule = (request, memory) => {
  if (memory.isReserved(request.domain)) return refused(2306, 'Parameter value policy error: the name is reserved')
  if (memory.find(request.domain) !== null) return taken
  return put(request, memory, [])
}

const transfer: Rule = (request, memory) => {
  const held = memory.find(request.domain)
  if (memory.isReserved(request.domain)) return foreign
  if (held?.provider === 'gateway') return refused(2106, 'Object is not eligible for transfer')
  if ((held?.authInfo ?? 'Ab3-xY7_kQ') !== request.fields.get('auth-id'))
    return refused(2202, 'Invalid authorization information')
  return put(request, memory, held?.nameservers ?? [])
}

const modify: Rule = (request, memory) => ours(request, memory, (held) => put(request, memory, held.nameservers))

const renew: Rule = (request, memory) =>
  ours(request, memory, () =>
    /^([1-9]|20\d\d)$/.test(request.suffix ?? '') ? null : refused(2004, 'Parameter value range error: period'),
  )

const remove: Rule = (request, memory) =>
  ours(request, memory, () => {
    memory.remove(request.domain)
    return null
  })

const configure: Rule = (request, memory) =>
  ours(request, memory, () => {
    const odd = request.records.find(({ type, value }) => !RECORDS[type]?.test(value))
    if (request.records.length === 0) return refused(2003, 'Required parameter missing: no record')
    return odd === undefined ? null : refused(2005, `Parameter value syntax error: ${odd.type}:${odd.value}`)
  })

const RECORDS: Record<string, RegExp> = {
  a: /^(@|\*|[a-z0-9.-]+):\d{1,3}(\.\d{1,3}){3}$/,
  cname: /^[a-z0-9.-]+:[a-z0-9.-]+$/,
  mx: /^(@|\*|[a-z0-9.-]+):\d+:[a-z0-9.-]+$/,
}

const createContact: Rule = ({ fields }) =>
  fields.get('individual') === 'N' && !fields.has('organization')
    ? refused(2003, 'Required parameter missing: organization')
    : null

export const RULES: Record<string, Rule> = {
  'create order': create,
  'transfer domain': transfer,
  'modify domain': modify,
  'renew domain': renew,
  'delete domain': remove,
  'create dns-config': configure,
  'create contact': createContact,
}

/** Writes the domain, with the name servers of the request, or those that it had. */
const put = (request: Request, memory: RegistryMemory, had: Holding['nameservers']): Ruling => {
  const handles = [...request.fields].filter(([key]) => key.endsWith('-contact-handle')).map(([, value]) => value)
  const unknown = handles.find((handle) => !/^same-as-|^[A-Z0-9-]+$/i.test(handle) || !memory.knowsHandle(handle))
  if (unknown !== undefined) return refused(2303, `Object does not exist: ${unknown}`)
  const hosts = hostsOf(request.fields)
  if (request.verb === 'create order' && hosts.length < 2)
    return refused(2003, 'Required parameter missing: ns2-handle')
  if (hosts.length === 1) return refused(2306, 'Parameter value policy error: two name servers are needed')
  memory.save({
    ...{ name: request.domain, provider: 'gateway', holders: handles.slice(0, 1), delegated: true, authInfo: null },
    ...{ nameservers: hosts.length > 0 ? hosts : had, changedAt: memory.now() },
  })
  return null
}

/** Numbered from 1, without a gap. */
const hostsOf = (fields: Request['fields']): Holding['nameservers'] => {
  const hosts: Holding['nameservers'] = []
  for (let number = 1; ; number++) {
    const host = fields.get(`ns${number}-handle`) ?? fields.get(`ns${number}-domain-name`)
    if (host === undefined) return hosts
    const address = fields.get(`ns${number}-ip-address`)
    hosts.push({ host, addresses: address === undefined ? [] : [address] })
  }
}

const ours = (request: Request, memory: RegistryMemory, then: (held: Holding) => Ruling): Ruling => {
  const held = memory.find(request.domain)
  if (held === null) return missing
  return held.provider === 'gateway' ? then(held) : foreign
}
