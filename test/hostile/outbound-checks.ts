import { expect } from 'vitest'
import { type Answer, call, type Harness } from '../http/harness.js'
import { INJECTIONS, isUnseen } from './injections.js'
import { type Outgoing, readOutgoing } from './outgoing-mail.js'

export type Body = Record<string, unknown>
export type Sent = { envelope: { from: string; to: string[] }; mail: Outgoing }

/** The header of every request, and no more. */
export const FIELDS = [
  ...['from', 'to', 'reply-to', 'subject', 'date', 'message-id', 'auto-submitted', 'mime-version'],
  ...['content-type', 'content-transfer-encoding'],
]

/** The mail that an order would send. */
export const preview = ({ app }: Harness, body: unknown): Promise<Answer> => call(app, 'POST', '/v1/preview', { body })

export const sentBy = async ({ json }: Answer): Promise<Sent> => ({
  envelope: json['envelope'] as Sent['envelope'],
  mail: await readOutgoing(Buffer.from(String(json['raw']))),
})

/** Says no to this very field: to it, to what it is part of, or to what it stands for. */
export const names = ({ json }: Answer, field: string): boolean =>
  ((json['errors'] ?? []) as { pointer: string }[]).some(
    ({ pointer }) => pointer !== '' && (`${field}/`.startsWith(`${pointer}/`) || pointer.startsWith(`${field}/`)),
  )

/** In the place of a good text: the injection alone, and behind it. */
export const spoiled = (good: unknown): { injection: string; value: string }[] =>
  INJECTIONS.flatMap((injection) => [
    { injection, value: injection },
    { injection, value: `${String(good)}${injection}` },
  ])

/** What cannot be seen is refused by the field's name; everything else is refused, or taken and harmless. */
export const expectRefusal = (answer: Answer, field: string, injection: string): void => {
  expect(answer.status, answer.text).toBeGreaterThanOrEqual(400)
  expect(answer.status, answer.text).toBeLessThan(500)
  if (isUnseen(injection)) expect(names(answer, field), answer.text).toBe(true)
}
