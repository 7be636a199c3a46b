import type { ServerAnswer } from '../../src/core/delegation.js'
import type { NameServerProbe } from '../../src/ports.js'

/** A parent zone as its servers have it, each with the name servers of every domain that the test gives it; at first with none. */
export const parentZone = (zone: string, hosts: readonly string[]) => {
  const sets = new Map<string, readonly string[]>()
  const asked: string[] = []
  let all: ServerAnswer | null = null
  let meanwhile: (() => Promise<unknown>) | null = null
  const told = (referral: readonly string[]): ServerAnswer => ({
    ...{ kind: 'answer', rcode: referral.length > 0 ? 'NOERROR' : 'NXDOMAIN', authoritative: referral.length === 0 },
    ...{ recursive: false, records: [], referral: [...referral] },
  })
  const addressOf = (host: string): string => `192.0.2.${hosts.indexOf(host) + 1}`
  const dns: NameServerProbe = {
    resolve: async (host) => ({ kind: 'found', addresses: [addressOf(host)] }),
    nameServers: async (name) => (name === zone ? { kind: 'found', hosts: [...hosts] } : { kind: 'absent' }),
    ask: async (address, { name }) => {
      const host = hosts.find((one) => addressOf(one) === address) ?? ''
      asked.push(`${host} ${name}`)
      const answer = all ?? told(sets.get(host) ?? [])
      const first = meanwhile
      meanwhile = null
      await first?.()
      return answer
    },
  }
  return {
    dns,
    /** `HOST DOMAIN`, for each question. */
    asked,
    has: (host: string, set: readonly string[] | null): void => void sets.set(host, set ?? []),
    /** Every server answers so. */
    say: (answer: ServerAnswer | null): void => {
      all = answer
    },
    /** Happens once, after the first of the next questions was answered and before that is known. */
    meanwhile: (happens: () => Promise<unknown>): void => {
      meanwhile = happens
    },
  }
}
