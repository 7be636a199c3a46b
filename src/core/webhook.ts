import type { EventType } from './event.js'

/** A place that events are posted to, as an administrator gave it. */
export type Webhook = {
  id: string
  url: string
  /** The types of events that go to it; `*` alone is all of them. */
  types: readonly (EventType | '*')[]
  /** The newest first. */
  secrets: readonly WebhookSecret[]
  createdAt: Date
  /** Since when nothing is posted to it; what happens meanwhile is not for it. */
  disabledAt: Date | null
  disabledReason: string | null
  /** Since when no call was taken; null where the last one was, or none was made. */
  failingSince: Date | null
}

/** Whether events of a type that happen now are for it. */
export const takes = ({ types, disabledAt }: Pick<Webhook, 'types' | 'disabledAt'>, type: EventType): boolean =>
  disabledAt === null && (types.includes('*') || types.includes(type))

/** `whsec_` and 24 to 64 random octets in base64 (Standard Webhooks). It signs until `notAfter`; null: it is the one in use. */
export type WebhookSecret = { value: string; notAfter: Date | null }

/** How many calls of one webhook are made at once: one that does not answer takes no more of us than this. */
export const CALLS_AT_ONCE = { taking: 8, failing: 2 } as const

/** How long the secret before still signs, so that a receiver can change it in its own time. Milliseconds. */
export const ROTATION_MS = 24 * 3_600_000

/** Secrets of one webhook at most, so that its header of signatures stays short however often somebody rotates. */
const MOST_SECRETS = 4

/** The secrets that sign at this time. */
export const secretsAt = (secrets: readonly WebhookSecret[], now: Date): string[] =>
  secrets.filter(({ notAfter }) => notAfter === null || notAfter > now).map(({ value }) => value)

/** With a fresh secret before them, those that are in use sign for `ROTATION_MS` more, or as long as they were to. */
export const rotateSecrets = (secrets: readonly WebhookSecret[], fresh: string, now: Date): WebhookSecret[] => {
  const end = new Date(now.getTime() + ROTATION_MS)
  const old = secrets.filter(({ notAfter }) => notAfter === null || notAfter > now)
  const ending = old.map(({ value, notAfter }) => ({ value, notAfter: notAfter ?? end }))
  return [{ value: fresh, notAfter: null }, ...ending].slice(0, MOST_SECRETS)
}
