import { isIPv4 } from 'node:net'
import { asciiName, type Holding, type RegistryMemory } from '../memory.js'
import { ERRORS, type Trouble } from './errors.js'
import type { Ledger } from './ledger.js'
import type { Request } from './request.js'

/** What became of a request. `fields` are further lines of the reply. */
export type Ruling = { state: 'succeeded' | 'failed'; trouble: Trouble | null; fields: readonly string[] }

type Rule = (request: Request, memory: RegistryMemory, ledger: Ledger) => Ruling

const createDomain: Rule = (request, memory, ledger) => {
  if (memory.isReserved(request.name)) return failed(ERRORS.reserved)
  if (memory.find(request.name) !== null) return failed(ERRORS.taken)
  const organization = request.fields.get('organization') ?? ''
  if (organization === '') return failed({ ...ERRORS.field, text: 'organization is missing' })
  if (!/^(?:reserved|production|expired|hold)$/.test(request.fields.get('status') ?? ''))
    return failed({ ...ERRORS.field, text: 'status is missing or wrong' })
  return attach(request, memory, ledger, { organization, servers: true, contacts: true })
}

const modifyDomain: Rule = (request, memory, ledger) =>
  ours(request, memory, (held) =>
    attach(request, memory, ledger, {
      organization: request.fields.get('organization') ?? held.holders[0] ?? '',
      servers: request.fields.has('ns1-handle') || request.fields.has('ns1-ip-address'),
      contacts: false,
    }),
  )

const transferDomain: Rule = (request, memory) => {
  const held = memory.find(request.name)
  if (memory.isReserved(request.name)) return failed(ERRORS.reserved)
  if (held === null) return failed(ERRORS.missing)
  if (held.provider === 'gateway') return failed({ ...ERRORS.field, text: 'the domain is with you' })
  if (!memory.knowsHandle(request.fields.get('signer-handle') ?? 'UNKNOWN')) return failed(ERRORS.handle)
  if (request.fields.get('authenticating-key') !== held.authInfo) return failed(ERRORS.countersignature)
  memory.save({ ...held, provider: 'gateway', authInfo: null, changedAt: memory.now() })
  return succeeded()
}

const removeDomain: Rule = (request, memory) =>
  ours(request, memory, () => {
    memory.remove(request.name)
    return succeeded()
  })

const renewDomain: Rule = (request, memory, ledger) =>
  ours(request, memory, () => succeeded([`Expiration-Date: ${stamp(ledger.renew(request.name, memory.now()))}`]))

const inquireDomain: Rule = (request, memory) => {
  const held = memory.find(request.name)
  if (held === null) return failed(ERRORS.missing)
  const [sld = '', tld = ''] = request.name.split('.')
  return succeeded([
    ...[`TLD: ${tld}`, `SLD: ${sld}`, `Organization: ${held.holders[0] ?? '-'}`, 'Status: production'],
    ...held.nameservers.map(({ host }, index) => `NS${index + 1}-Domain-Name: ${host}`),
  ])
}

const createContact: Rule = ({ fields }, memory, ledger) => {
  const given = fields.get('handle')?.toUpperCase()
  if (given !== undefined && memory.findContact(given) !== null)
    return failed({ ...ERRORS.handle, text: 'the handle exists' })
  const wrong = contactComplaint(fields, '')
  if (wrong !== null) return failed({ ...ERRORS.field, text: wrong })
  const handle = given ?? ledger.newHandle('AC')
  memory.saveContact({ handle, data: new Map([...fields].map(([keyword, value]) => [keyword, [value]])) })
  return succeeded([`Contact-Handle: ${handle}`])
}

const modifyContact: Rule = ({ fields }, memory) => {
  const handle = fields.get('handle')?.toUpperCase()
  if (handle === undefined || !memory.knowsHandle(handle)) return failed(ERRORS.handle)
  if (fields.has('auth-type') && fields.get('auth-type') !== 'none' && !fields.has('auth-key'))
    return failed({ ...ERRORS.field, text: 'auth-key is missing' })
  const data = new Map(memory.findContact(handle)?.data ?? [])
  for (const [keyword, value] of fields) data.set(keyword, [value])
  memory.saveContact({ handle, data })
  return succeeded()
}

export const RULES: Readonly<Record<string, Rule>> = {
  'create domain': createDomain,
  'modify domain': modifyDomain,
  'transfer domain': transferDomain,
  'remove domain': removeDomain,
  'renew domain': renewDomain,
  'inquire domain': inquireDomain,
  'create contact': createContact,
  'modify contact': modifyContact,
}

type Wanted = { organization: string; servers: boolean; contacts: boolean }

/** Contacts and hosts of a domain, made where they are new. Nothing is kept unless all of it can be. */
const attach = (request: Request, memory: RegistryMemory, ledger: Ledger, wanted: Wanted): Ruling => {
  const contacts = readContacts(request.fields, memory, ledger, wanted.contacts)
  if ('trouble' in contacts) return failed(contacts.trouble)
  const servers = readServers(request.fields, memory, ledger)
  if ('trouble' in servers) return failed(servers.trouble)
  if (wanted.servers && (servers.hosts.length < 2 || servers.hosts.length > 12))
    return failed({ ...ERRORS.field, text: 'a domain has 2 to 12 name servers' })
  const held = memory.find(request.name)
  const lame = servers.hosts.some(({ host }) => memory.isLame(host))
  memory.save({
    ...{
      name: request.name,
      provider: 'gateway',
      holders: [wanted.organization],
      authInfo: null,
      changedAt: memory.now(),
    },
    ...{ nameservers: wanted.servers ? servers.hosts : (held?.nameservers ?? []), delegated: true },
  })
  return { state: 'succeeded', trouble: lame ? ERRORS.lame : null, fields: [...contacts.lines, ...servers.lines] }
}

const ROLES = ['admin', 'tech', 'billing']

/** Each by its handle, by another's (`=admin`), or by its data. */
const readContacts = (
  fields: ReadonlyMap<string, string>,
  memory: RegistryMemory,
  ledger: Ledger,
  all: boolean,
): { lines: string[] } | { trouble: Trouble } => {
  const handles = new Map<string, string>()
  for (const role of ROLES) {
    const handle = fields.get(`${role}-contact-handle`)
    const hasData = [...fields.keys()].some(
      (keyword) => keyword.startsWith(`${role}-contact-`) && !keyword.endsWith('-handle'),
    )
    if (handle !== undefined && hasData) return { trouble: { ...ERRORS.field, text: `${role}: a handle and data` } }
    if (handle !== undefined) handles.set(role, handle.toUpperCase())
    else if (hasData) {
      const wrong = contactComplaint(fields, `${role}-contact-`)
      if (wrong !== null) return { trouble: { ...ERRORS.field, text: wrong } }
      handles.set(role, ledger.newHandle('AC'))
    } else if (all) return { trouble: { ...ERRORS.field, text: `there is no ${role} contact` } }
  }
  const lines: string[] = []
  for (const [role, handle] of handles) {
    const meant = handle.startsWith('=') ? handles.get(handle.slice(1).toLowerCase()) : handle
    if (meant === undefined || meant.startsWith('=') || !memory.knowsHandle(meant)) return { trouble: ERRORS.handle }
    lines.push(`${role.charAt(0).toUpperCase()}${role.slice(1)}-Contact-Handle: ${meant}`)
  }
  return { lines }
}

const contactComplaint = (fields: ReadonlyMap<string, string>, prefix: string): string | null =>
  ['name', 'email', 'auth-type'].map((key) => `${prefix}${key}`).find((key) => (fields.get(key) ?? '') === '') ?? null

const readServers = (
  fields: ReadonlyMap<string, string>,
  memory: RegistryMemory,
  ledger: Ledger,
): { hosts: Holding['nameservers']; lines: string[] } | { trouble: Trouble } => {
  const hosts: Holding['nameservers'] = []
  const lines: string[] = []
  for (let number = 1; ; number++) {
    const [handle, addresses] = [fields.get(`ns${number}-handle`), fields.get(`ns${number}-ip-address`)]
    if (handle === undefined && addresses === undefined) break
    if (handle !== undefined && addresses !== undefined)
      return { trouble: { ...ERRORS.field, text: `ns${number}: a handle and data` } }
    if (handle !== undefined && !memory.knowsHandle(handle)) return { trouble: ERRORS.handle }
    const list = addresses?.split(' ') ?? []
    if (!list.every((address) => isIPv4(address)))
      return { trouble: { ...ERRORS.field, text: `ns${number}: no IPv4 address` } }
    if (handle === undefined && !fields.has(`ns${number}-contact-handle`))
      return { trouble: { ...ERRORS.field, text: `ns${number}: there is no contact` } }
    hosts.push({
      host: asciiName(fields.get(`ns${number}-domain-name`) ?? '') || `${handle}`.toLowerCase(),
      addresses: list,
    })
    lines.push(`NS${number}-Handle: ${handle ?? ledger.newHandle('NS')}`)
  }
  return { hosts, lines }
}

const ours = (request: Request, memory: RegistryMemory, then: (held: Holding) => Ruling): Ruling => {
  const held = memory.find(request.name)
  if (held === null) return failed(ERRORS.missing)
  return held.provider === 'gateway' ? then(held) : failed(ERRORS.foreign)
}

const succeeded = (fields: readonly string[] = []): Ruling => ({ state: 'succeeded', trouble: null, fields })
const failed = (trouble: Trouble): Ruling => ({ state: 'failed', trouble, fields: [] })

/** UTC, `YYYYMMDD HH:MM:SS`. */
const stamp = (at: Date): string => at.toISOString().replace(/^(\d+)-(\d+)-(\d+)T([\d:]+).*$/, '$1$2$3 $4')
