import { Resolver } from 'node:dns/promises'

/**
 * What the DNS says, as `node:dns/promises` says it. A question that fails throws an error with a `code`: `ENOTFOUND` where
 * the name does not exist, `ENODATA` where it has no such records, others where the DNS itself is in trouble.
 */
export type Resolve = {
  mx(domain: string): Promise<{ exchange: string; priority: number }[]>
  a(host: string): Promise<string[]>
  aaaa(host: string): Promise<string[]>
}

/** One server is given so long for one question. Milliseconds. */
const QUESTION_MS = 5_000

/** Asks the servers of this host. */
export const createResolve = (): Resolve => {
  const resolver = new Resolver({ timeout: QUESTION_MS, tries: 2 })
  return {
    mx: (domain) => resolver.resolveMx(domain),
    a: (host) => resolver.resolve4(host),
    aaaa: (host) => resolver.resolve6(host),
  }
}
