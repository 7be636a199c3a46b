import { type RegistryMemory, USUAL_AUTHINFO } from '../memory.js'
import type { Request } from './request.js'

/** Carries a request out, or says what keeps it from that. */
type Rule = (request: Request, memory: RegistryMemory) => string | null

const create: Rule = (request, memory) => {
  if (memory.isReserved(request.name)) return 'domain is reserved'
  if (memory.find(request.name) !== null) return 'domain is not available'
  const period = request.fields.get('period') ?? '1'
  return /^[1-9]$/.test(period) ? put(request, memory, [...CONTACTS]) : 'invalid period'
}

const transferIn: Rule = (request, memory) => {
  const held = memory.find(request.name)
  if (memory.isReserved(request.name)) return 'domain is reserved'
  if (held?.provider === 'gateway') return 'domain is in your account'
  const given = request.fields.get('auth-info')
  if (given !== undefined && given !== (held?.authInfo ?? USUAL_AUTHINFO)) return 'invalid auth-info'
  return put(request, memory, [...CONTACTS])
}

const ours =
  (then: Rule): Rule =>
  (request, memory) => {
    const held = memory.find(request.name)
    if (held === null) return 'domain does not exist'
    return held.provider === 'gateway' ? then(request, memory) : 'domain is not in your account'
  }

const remove: Rule = ({ name }, memory) => {
  memory.remove(name)
  return null
}

const touch: Rule = ({ name }, memory) => {
  const held = memory.find(name)
  if (held !== null) memory.save({ ...held, changedAt: memory.now() })
  return null
}

export const RULES: Readonly<Record<string, Rule>> = {
  ...{ CREATE: create, 'TRANSFER-IN': transferIn, DELETE: ours(remove), LOCK: ours(touch), UNLOCK: ours(touch) },
  UPDATE: ours((request, memory) => put(request, memory, [])),
  'CHANGE-OWNER': ours((request, memory) => put(request, memory, ['owner-c'])),
}

const CONTACTS = ['owner-c', 'admin-c', 'tech-c', 'zone-c'] as const

const put = (request: Request, memory: RegistryMemory, needed: readonly string[]): string | null => {
  const { fields, name } = request
  for (const key of CONTACTS) {
    const handle = fields.get(key)
    if (handle === undefined && needed.includes(key)) return `missing ${key}`
    if (handle !== undefined && (!/^[A-Z0-9-]+$/i.test(handle) || !memory.knowsHandle(handle))) return `invalid ${key}`
  }
  const hosts = hostsOf(fields)
  if (typeof hosts === 'string') return hosts
  if (needed.length === CONTACTS.length && hosts.length === 0) return 'missing ns_name_1'
  const held = memory.find(name)
  const [owner] = [fields.get('owner-c')]
  memory.save({
    ...{ name, provider: 'gateway', delegated: true, authInfo: null, changedAt: memory.now() },
    holders: owner === undefined ? (held?.holders ?? []) : [owner],
    nameservers: hosts.length > 0 ? hosts : (held?.nameservers ?? []),
  })
  return null
}

const hostsOf = (fields: ReadonlyMap<string, string>): { host: string; addresses: string[] }[] | string => {
  const numbers = ['1', '2', '3', '4', '5'].filter((number) => fields.has(`ns_name_${number}`))
  if (numbers.length === 1) return 'missing ns_name_2'
  const bare = numbers.slice(0, 2).find((number) => !/^[\d.]+$/.test(fields.get(`ns_ip_${number}`) ?? ''))
  if (bare !== undefined) return 'invalid ip address'
  return numbers.map((number) => ({
    host: fields.get(`ns_name_${number}`) ?? '',
    addresses: [fields.get(`ns_ip_${number}`) ?? ''].filter((address) => address !== ''),
  }))
}
