import { domainToASCII } from 'node:url'

/** A name as the simulated registry holds it. Names and hosts are A-labels in lower case, without a trailing dot. */
export type Holding = {
  name: string
  /** Whose account it is in: that of the gateway that is being tested, or that of some other provider. */
  provider: 'gateway' | 'another'
  holders: string[]
  nameservers: { host: string; addresses: string[] }[]
  /** False where the name is registered, and its name servers were not accepted. */
  delegated: boolean
  /** The password that a transfer to the gateway needs; null where none was set. */
  authInfo: string | null
  /** The digest of the password with which it may go elsewhere, and until when; null where there is none. */
  released?: { digest: string; until: string } | null
  /** Another provider asks for it, and waits for the answer of the present one. */
  asked?: true
  changedAt: Date
}

/** A contact that was made: its handle in capitals, and the data by the protocol's own keys. */
export type RegistryContact = { handle: string; data: ReadonlyMap<string, readonly string[]> }

/** What a registry knows from the start. */
export type Seed = {
  /** Names that are registered with another provider. */
  taken?: readonly string[]
  /** Handles of the contacts that exist; absent or empty: every well-formed handle without `UNKNOWN` in it exists. */
  handles?: readonly string[]
  /** Names that are registered with another provider and can be transferred with this password. */
  holdings?: readonly { name: string; authInfo: string }[]
}

/** The password of every name with another provider that was not seeded with its own. */
export const USUAL_AUTHINFO = 'Ab3-xY7_kQ'

export type RegistryMemory = {
  /** The registry's own time. */
  now(): Date
  /** The holding of that name, whoever has it; null where it is free. */
  find(name: string): Holding | null
  save(holding: Holding): void
  /** Deletes a name; it is free then, and can be restored. */
  remove(name: string): void
  /** Undoes the deletion of a name that nobody took since; null where there is none. */
  restore(name: string): Holding | null
  /** Names that the registry never gives to anybody. */
  isReserved(name: string): boolean
  knowsHandle(handle: string): boolean
  /** A contact that was made here; null for those that exist without that. */
  findContact(handle: string): RegistryContact | null
  saveContact(contact: RegistryContact): void
  /** Name servers that answer nothing useful. */
  isLame(host: string): boolean
  /** Every name that was seeded or changed. */
  holdings(): Holding[]
}

/**
 * The memory of a simulated registry; it is lost when the simulator ends. Names speak for themselves, so that a billing
 * system can be tested for each outcome without any preparation. The first rule that fits counts:
 *
 * | name, host or handle               | what the registry makes of it                                             |
 * |------------------------------------|---------------------------------------------------------------------------|
 * | a name that was seeded or ordered  | what became of it                                                         |
 * | name begins with `refuse`          | reserved: neither registered nor transferred                              |
 * | name begins with `taken`           | registered with another provider                                          |
 * | name begins with `transfer`        | registered with another provider; its AuthInfo is `Ab3-xY7_kQ`            |
 * | any other name                     | free; a transfer with the AuthInfo `Ab3-xY7_kQ` finds it elsewhere         |
 * | host begins with `lame`            | registered, not delegated                                                 |
 * | host ends with `.broken.example`   | registered, not delegated                                                 |
 * | handle contains `UNKNOWN`          | there is no such contact                                                  |
 * | any other well-formed handle       | the contact exists                                                        |
 */
export const createMemory = (seed: Seed = {}, now: () => Date = () => new Date()): RegistryMemory => {
  const names = new Map<string, Holding>()
  const deleted = new Map<string, Holding>()
  const contacts = new Map<string, RegistryContact>()
  const handles = new Set(seed.handles?.map((handle) => handle.toUpperCase()))
  const elsewhere = (name: string, authInfo: string | null): Holding => ({
    name,
    provider: 'another',
    holders: [],
    nameservers: [],
    delegated: true,
    authInfo,
    changedAt: now(),
  })

  for (const name of seed.taken ?? []) names.set(asciiName(name), elsewhere(asciiName(name), USUAL_AUTHINFO))
  for (const { name, authInfo } of seed.holdings ?? []) names.set(asciiName(name), elsewhere(asciiName(name), authInfo))

  return {
    now,
    find: (name) => names.get(name) ?? (/^(?:taken|transfer)/.test(name) ? elsewhere(name, USUAL_AUTHINFO) : null),
    save: (holding) => {
      names.set(holding.name, holding)
      deleted.delete(holding.name)
    },
    remove: (name) => {
      const held = names.get(name)
      if (held !== undefined) deleted.set(name, held)
      names.delete(name)
    },
    restore: (name) => {
      const held = deleted.get(name)
      if (held === undefined || names.has(name)) return null
      names.set(name, held)
      deleted.delete(name)
      return held
    },
    isReserved: (name) => name.startsWith('refuse'),
    knowsHandle: (handle) => {
      const known = handle.toUpperCase()
      if (contacts.has(known)) return true
      return handles.size > 0 ? handles.has(known) : !known.includes('UNKNOWN')
    },
    findContact: (handle) => contacts.get(handle.toUpperCase()) ?? null,
    saveContact: (contact) => void contacts.set(contact.handle, contact),
    isLame: (host) => host.startsWith('lame') || host.endsWith('.broken.example'),
    holdings: () => [...names.values()],
  }
}

/** A-labels in lower case without a trailing dot, or '' for what is no host name (UTS 46 as the URL standard has it). */
export const asciiName = (name: string): string => {
  const ascii = domainToASCII(name.trim().replace(/\.$/, ''))
  const labels = ascii.split('.')
  return labels.every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label)) ? ascii : ''
}
