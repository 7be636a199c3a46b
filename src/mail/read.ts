/** What was read, or a sentence that says why it cannot be: hostile mail is an everyday outcome, not an exception. */
export type Read<T> = { ok: true; value: T } | { ok: false; reason: string }

export const read = <T>(value: T): Read<T> => ({ ok: true, value })
export const unreadable = (reason: string): { ok: false; reason: string } => ({ ok: false, reason })

/** Replies of registries are small; more octets than this are never parsed. */
export const MAX_PARSED = 256 * 1024

/** Nor more lines: each costs a reader more than its octets do. */
export const MAX_LINES = 10_000
