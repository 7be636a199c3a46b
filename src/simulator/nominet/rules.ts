import type { Holding, RegistryMemory } from '../memory.js'
import type { Request } from './request.js'

/** What became of a request; `text` is the body of its answer, without what is quoted. */
export type Ruling = { ok: true; text: string } | { ok: false; code: string; text: string }

type Rule = (request: Request, memory: RegistryMemory) => Ruling

const refused = (code: string, text: string): Ruling => ({ ok: false, code, text })
/** Invented: the codes of these cases are in no public document. */
const TAKEN = 'V900'
const NOT_YOURS = 'V901'
const INCOMPLETE = 'V902'

const MANDATORY = ['account-name', 'addr', 'country', 'a1-name', 'a1-email']

const create: Rule = (request, memory) => {
  const { name, fields } = request
  const missing = fields.has('account-id') ? undefined : MANDATORY.find((field) => !fields.has(field))
  if (missing !== undefined) return refused(INCOMPLETE, `Mandatory field '${missing}' is missing`)
  if (memory.isReserved(name)) return refused('V205', 'Registrant does not match domain name')
  if (memory.find(name) !== null) return refused(TAKEN, `Domain ${name} is registered already`)
  save(request, memory, [])
  const made = fields.has('account-id')
    ? []
    : [
        'The following identifiers were created as part of your registration:',
        'Account: S10001',
        `Main Admin Contact (${fields.get('a1-name')?.[0]}) : C10002`,
        '',
      ]
  return { ok: true, text: [...ACCEPTED(name), ...made, 'Thank you.'].join('\n') }
}

/** In words of our own, around the sentence that is documented. */
const ACCEPTED = (name: string): string[] => [
  'Please do not reply: nobody reads the answers to this mail. We write to you to inform you',
  'that we have accepted your',
  'application for the domain name',
  '',
  name,
  '',
  '.. under our terms.',
  '',
]

const modify: Rule = (request, memory) =>
  ours(request, memory, (held) => {
    if (request.fields.has('account-name')) return refused('V013', 'The account name field cannot be modified')
    save(request, memory, held.nameservers)
    return updated(request)
  })

const renew: Rule = (request, memory) => ours(request, memory, () => updated(request))

const remove: Rule = (request, memory) =>
  ours(request, memory, () => {
    memory.remove(request.name)
    return updated(request)
  })

const release: Rule = (request, memory) =>
  ours(request, memory, (held) => {
    const tag = request.fields.get('registrar-tag')?.[0] ?? ''
    if (!/^[A-Z0-9-]+$/.test(tag)) return refused('V016', `The tag '${tag.slice(0, 20)}' is unrecognised`)
    memory.save({ ...held, provider: 'another', changedAt: memory.now() })
    return {
      ok: true,
      text: [
        'The following domain names were released:',
        '',
        request.name,
        '',
        'Number of domains in the list: 1.',
      ].join('\n'),
    }
  })

const query: Rule = (request, memory) =>
  ours(request, memory, (held) => {
    const hosts = held.nameservers.map(
      ({ host, addresses }, index) => `*dns${index}: ${[host, ...addresses].join(' ')}`,
    )
    const day = held.changedAt.toISOString().slice(0, 10).replaceAll('-', '')
    const lines = [
      `*key: ${request.name}`,
      '*reg-status: Registered until expiry',
      ...hosts,
      '*account-id: 10001',
      `*changed: registrar ${day}`,
    ]
    return { ok: true, text: ['The following message was sent from the Automaton:', '', ...lines].join('\n') }
  })

export const RULES: Record<string, Rule> = { request: create, modify, renew, delete: remove, release, query }

const updated = ({ name }: Request): Ruling => ({
  ok: true,
  text: [
    'What you asked for was made, and will be seen in the zone file soon.',
    '',
    `The delegation for ${name} has been updated successfully.`,
  ].join('\n'),
})

/** Fields that the request does not name stay; those that are `null` are empty then. */
const save = ({ name, fields }: Request, memory: RegistryMemory, had: Holding['nameservers']): void => {
  const slots = Array.from({ length: 10 }, (_, index) => {
    const value = fields.get(`dns${index}`)?.[0]
    const [host = '', ...addresses] = value?.split(/ +/) ?? []
    if (value === undefined) return had[index]
    return host.toLowerCase() === 'null' ? undefined : { host, addresses }
  })
  memory.save({
    ...{ name, provider: 'gateway', holders: ['10001'], delegated: true, authInfo: null, changedAt: memory.now() },
    nameservers: slots.filter((slot) => slot !== undefined),
  })
}

const ours = (request: Request, memory: RegistryMemory, then: (held: Holding) => Ruling): Ruling => {
  const held = memory.find(request.name)
  return held?.provider === 'gateway' ? then(held) : refused(NOT_YOURS, `Domain ${request.name} is not on your tag`)
}
