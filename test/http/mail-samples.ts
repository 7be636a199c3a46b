import { createHash } from 'node:crypto'
import type { MailResult } from '../../src/core/mail.js'
import type { Harness } from './harness.js'

type Arriving = { raw: string; from?: string; remoteAddress?: string; at?: Date }

/** A mail that came in, and where it was judged what became of it: its id. */
export const arrive = async ({ deps, connection }: Harness, mail: Arriving, result?: Partial<MailResult>) => {
  const raw = Buffer.from(mail.raw)
  const { id } = await deps.store.mails.accept({
    ...{ id: deps.newId(), connectionId: connection.id, raw, receivedAt: mail.at ?? deps.clock.now() },
    sha256: createHash('sha256').update(raw).digest('hex'),
    envelope: {
      ...{ from: mail.from ?? 'robot@registry.example', to: ['denic@in.hoster.example'] },
      ...(mail.remoteAddress === undefined ? {} : { remoteAddress: mail.remoteAddress, helo: 'mx.registry.example' }),
    },
  })
  if (result !== undefined)
    await deps.store.mails.finish(id, {
      ...{ stage: 'unrecognised', reason: null, verdict: null, replies: [], orders: [], ...result },
    })
  return id
}
