import { Resolver } from 'node:dns/promises'

type Records = string[][] | string[] | { exchange: string; priority: number }[]

/** Records of a type (TXT, MX, A, ...) at a name, as `resolve` of `node:dns/promises` gives them and fails. */
export type Resolve = (name: string, type: string) => Promise<Records>

/** One server is given so long for one question, and is asked once. Milliseconds. */
const QUESTION_MS = 5_000

/** Asks the servers of this host, or others: `192.0.2.1:53`. */
export const createResolve = (options: { timeoutMs?: number; servers?: readonly string[] } = {}): Resolve => {
  const resolver = new Resolver({ timeout: options.timeoutMs ?? QUESTION_MS, tries: 1 })
  if (options.servers !== undefined) resolver.setServers([...options.servers])
  return async (name, type) => {
    if (type === 'TXT') return resolver.resolveTxt(name)
    if (type === 'MX') return resolver.resolveMx(name)
    if (type === 'A') return resolver.resolve4(name)
    if (type === 'AAAA') return resolver.resolve6(name)
    if (type === 'PTR') return resolver.resolvePtr(name)
    throw failure('ENOTFOUND', `nobody here asks for ${type} records`)
  }
}

/** What one part of a check may ask: so long and so often in all; a question more fails as `late` says. */
export type Allowance = { ms: number; questions: number; late: 'ETIMEOUT' | 'ENOTFOUND' }

export type Asking = {
  resolve: Resolve
  /** Whether a question so far failed for a reason that will pass. */
  failed(): boolean
}

/**
 * Questions about one mail, each asked once. The names come out of the mail, so only failures that its sender cannot bring
 * about count as passing ones: a name that cannot exist is one that does not exist, and so is one question too many.
 */
export const createQuestions = (resolve: Resolve, questionMs = QUESTION_MS): ((allowance: Allowance) => Asking) => {
  const asked = new Map<string, Promise<Records>>()
  const ask = (name: string, type: string): Promise<Records> => {
    const key = `${type} ${name.toLowerCase()}`
    const known = asked.get(key)
    if (known !== undefined) return known
    const answer = within(questionMs, resolve(name, type), () => failure('ETIMEOUT', `no answer about ${name}`))
    asked.set(key, answer)
    return answer
  }
  return ({ ms, questions, late }) => {
    const end = performance.now() + ms
    let count = 0
    let failed = false
    return {
      failed: () => failed,
      resolve: async (name, type) => {
        try {
          if (!canExist(name)) throw failure('ENOTFOUND', 'no host can have this name')
          if (++count > questions) throw failure('ENOTFOUND', `more than ${questions} questions`)
          const rest = Math.max(0, end - performance.now())
          return await within(rest, ask(name, type), () => failure(late, `no answer about ${name} in time`))
        } catch (error) {
          const told = UNNAMEABLE.has(codeOf(error)) ? failure('ENOTFOUND', 'no host can have this name') : error
          if (!ABSENT.has(codeOf(told))) failed = true
          throw told
        }
      },
    }
  }
}

/** What the resolver says of a name that it cannot put into a question: that it cannot is the mail's doing, not the DNS's. */
const UNNAMEABLE = new Set(['EBADNAME', 'EBADQUERY', 'EBADSTR', 'EBADFAMILY'])
const ABSENT = new Set(['ENOTFOUND', 'ENODATA'])

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

const failure = (code: string, message: string): Error => Object.assign(new Error(message), { code })

/** Labels of 1 to 63 printable octets, 253 in all (RFC 1035, 2.3.4). */
const canExist = (name: string): boolean =>
  name.length <= 253 && name.split('.').every((label) => /^[!-~]{1,63}$/.test(label))

const within = async <T>(ms: number, work: Promise<T>, late: () => Error): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms)
  })
  try {
    return await Promise.race([work, end])
  } finally {
    clearTimeout(timer)
  }
}
