import type { ActionEntry } from '../core/action-log.js'

/** Mails whose rows say that their octets were erased, held to the entries of the log that say so. */
export type Erasures = {
  /** A mail that says it of itself; `entry` is the one that has its digest. */
  claim(mail: string, entry: string | null): void
  /** Takes what entries of the chain say was erased. */
  note(entries: readonly ActionEntry[]): void
  /** A mail that no entry says it of; null where there is none. */
  unfounded(): { mail: string; entry: string | null } | null
}

/** To be asked once the whole log was noted: octets are erased after the entry that has their digest. */
export const loggedErasures = (): Erasures => {
  const claimed = new Map<string, string | null>()
  const logged = new Set<string>()
  return {
    claim: (mail, entry) => {
      if (!claimed.has(mail)) claimed.set(mail, entry)
    },
    note: (entries) => {
      for (const { event, data } of entries) if (event === 'data.erased') for (const id of mailsIn(data)) logged.add(id)
    },
    unfounded: () => {
      for (const [mail, entry] of claimed) if (!logged.has(mail)) return { mail, entry }
      return null
    },
  }
}

const mailsIn = ({ mails }: ActionEntry['data']): string[] =>
  Array.isArray(mails)
    ? mails.flatMap((mail: unknown) =>
        typeof mail === 'object' && mail !== null && 'id' in mail && typeof mail.id === 'string' ? [mail.id] : [],
      )
    : []
