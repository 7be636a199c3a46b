import type { RegistryMemory } from '../memory.js'
import type { Form } from './form.js'

/** The words of the mails that follow `init`, or what is wrong with the order. */
export type Ruling = { steps: string[] } | { error: string }

type Rule = (form: Form, memory: RegistryMemory) => Ruling

const REGISTERED = ['filed', 'REG-req', 'REG-OK', 'delegated', 'connected']

const register: Rule = (form, memory) => {
  if (memory.isReserved(form.domain)) return { error: 'the name is reserved' }
  if (memory.find(form.domain) !== null) return { error: 'the name is taken' }
  return put(form, memory, REGISTERED)
}

/** The present provider of a name with `nack` in it refuses, and agrees after all. */
const transfer: Rule = (form, memory) => {
  if (memory.isReserved(form.domain)) return { error: 'the name is reserved' }
  if (memory.find(form.domain)?.provider === 'gateway') return { error: 'the name is here already' }
  const consent = form.domain.includes('nack') ? ['KK-NACK', 'KK-ACK'] : ['KK-ACK']
  return put(form, memory, ['filed', 'KK-req', ...consent, 'delegated', 'connected'])
}

const change: Rule = (form, memory) => ours(form, memory, () => put(form, memory, ['filed', 'update', 'connected']))

const gone =
  (word: string): Rule =>
  (form, memory) =>
    ours(form, memory, () => {
      memory.remove(form.domain)
      return { steps: ['filed', word] }
    })

const LOCKED = /\.(com|net|org|info|biz|name|tv|cc|bz|nu|cn|tw)$/
const lock: Rule = (form, memory) =>
  ours(form, memory, () =>
    LOCKED.test(form.domain) ? { steps: ['filed', 'update', 'connected'] } : { error: 'no lock for this TLD' },
  )

/** The present provider's word; with a consent the name goes at once. */
const answer =
  (word: string): Rule =>
  (form, memory) =>
    ours(form, memory, () => {
      const held = memory.find(form.domain)
      if (held?.asked !== true) return { error: 'nobody asks for the name' }
      const { asked: _, ...rest } = held
      memory.save(word === 'KK-ACK' ? { ...rest, provider: 'another' } : rest)
      return { steps: ['filed', word] }
    })

export const RULES: Record<string, Rule> = {
  ...{ register, transfer, update: change, close: gone('closed'), transit: gone('gone'), lock, release: lock },
  ...{ 'KK-ACK': answer('KK-ACK'), 'KK-NACK': answer('KK-NACK') },
}

const put = ({ domain, fields }: Form, memory: RegistryMemory, steps: string[]): Ruling => {
  const handles = [...fields].flatMap(([key, value]) => (key.endsWith('_HANDLE') ? [value] : []))
  const unknown = handles.find((handle) => !memory.knowsHandle(handle))
  if (unknown !== undefined) return { error: `no such handle: ${unknown}` }
  const hosts = [...fields].flatMap(([key, host]) => (/^NS_\d+_NAME$/.test(key) ? [{ host, addresses: [] }] : []))
  memory.save({
    ...{ name: domain, provider: 'gateway', holders: handles.slice(0, 1), delegated: true, authInfo: null },
    ...{ nameservers: hosts.length > 0 ? hosts : (memory.find(domain)?.nameservers ?? []), changedAt: memory.now() },
  })
  return { steps }
}

const ours = ({ domain }: Form, memory: RegistryMemory, then: () => Ruling): Ruling => {
  const held = memory.find(domain)
  if (held === null) return { error: 'the name is not registered' }
  return held.provider === 'gateway' ? then() : { error: 'the name is not yours' }
}
