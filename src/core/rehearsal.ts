/**
 * What a rehearsal of a change of keys plays, in its order: first our own key, which a registry has to know, then the
 * registry's, which we have to pin. The words follow "it has to be that".
 */
export const REHEARSAL_STEPS = {
  'old-signs': 'the old key signs, and a registry that knows it alone takes the request',
  'old-until-change': 'the old key signs until the change, and a registry that knows both takes the request',
  'new-from-change': 'the new key signs from the change on, and a registry that knows both takes the request',
  'new-after': 'a registry that knows the new key alone takes the request that is signed then',
  'old-after': 'that registry refuses a request by the old key',
  'reply-old': "a reply by the registry's old key is believed",
  'reply-new-early': 'a reply by its new key is not believed before that key is pinned',
  'reply-both': 'replies by either key are believed while both are pinned',
  'reply-new-after': 'a reply by the new key is believed after the old one was dropped',
  'reply-old-after': 'a reply by the old key is not believed any more then',
  'reply-unknown': 'a reply by a key that is pinned nowhere is never believed',
} as const

export type RehearsalStepName = keyof typeof REHEARSAL_STEPS
export const REHEARSAL_STEP_NAMES = Object.keys(REHEARSAL_STEPS) as [RehearsalStepName, ...RehearsalStepName[]]

/** `at` is the time that was played; `detail` says what happened, or why it did not. */
export type RehearsalStep = { step: RehearsalStepName; ok: boolean; at: Date; detail: string }

/** `next` is the file of the key that takes over; null where one was made for the rehearsal alone. */
export type Rehearsal = { ok: boolean; key: string | null; next: string | null; steps: RehearsalStep[] }
