import type { Support } from './connection.js'

/**
 * One thing that is wrong with what somebody gave us: which field, what is wrong, what is allowed.
 * `pointer` is an RFC 6901 JSON pointer into what they gave (`/nameservers/0/host`), or '' for the whole.
 */
export type Problem = { pointer: string; detail: string }

/** A value, or every problem that keeps us from having one: never the first problem alone. */
export type Checked<T> = { ok: true; value: T } | { ok: false; problems: Problem[] }

export const ok = <T>(value: T): Checked<T> => ({ ok: true, value })
export const wrong = (...problems: Problem[]): { ok: false; problems: Problem[] } => ({ ok: false, problems })

/** One line a person can read: `/domain: ...; /nameservers: ...`. */
export const describeProblems = (problems: readonly Problem[]): string =>
  problems
    .map(({ pointer, detail }) => (pointer === '' ? detail : `${pointer}: ${detail}`))
    .map((text, index) => (index < problems.length - 1 ? text.replace(/\.$/, '') : text))
    .join('; ')

/** Each problem once: two checks may find the same. */
export const distinctProblems = (problems: readonly Problem[]): Problem[] => [
  ...new Map(problems.map((problem) => [`${problem.pointer} ${problem.detail}`, problem])).values(),
]

/** Names of the refusals that a caller may tell apart; each has one HTTP status in `http/problem.ts`. */
export type RefusalCode =
  | 'invalid'
  | 'not-found'
  | 'gone'
  | 'conflict'
  | 'key-reused'
  | 'unauthorized'
  | 'forbidden'
  | 'unsupported'
  | 'too-many'
  | 'lookup-failed'
  | 'dns-failed'

/**
 * We will not do this, and the caller can know why. `temporary` is true where the same call may succeed later without
 * the caller changing anything.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: RefusalCode
  readonly temporary: boolean
  readonly problems: readonly Problem[]
  /** When the same call may succeed; null where that is not known. Seconds. */
  readonly retryAfter: number | null
  /** Whom to ask at the registry that it is about; null where nobody is known. */
  readonly support: Support | null

  constructor(
    code: RefusalCode,
    message: string,
    options: {
      problems?: readonly Problem[]
      temporary?: boolean
      retryAfter?: number
      support?: Support
      cause?: unknown
    } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.code = code
    this.problems = options.problems ?? []
    this.retryAfter = options.retryAfter ?? null
    this.temporary = options.temporary ?? this.retryAfter !== null
    this.support = options.support ?? null
  }

  /** The same, with whom to ask. */
  beside(support: Support | null): Refusal {
    if (support === null) return this
    const { problems, temporary, retryAfter } = this
    const options = { problems, temporary, support, cause: this }
    return new Refusal(this.code, this.message, retryAfter === null ? options : { ...options, retryAfter })
  }
}

/** Something outside (database, disk, network, a key file) did not work. `temporary`: the same may work later. */
export class Fault extends Error {
  override readonly name = 'Fault'
  readonly code: string
  readonly temporary: boolean

  constructor(code: string, message: string, options: { temporary: boolean; cause?: unknown }) {
    super(message, { cause: options.cause })
    this.code = code
    this.temporary = options.temporary
  }
}

/** The message of anything that was thrown, on one line, for logs and for people. */
export const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').trim()
