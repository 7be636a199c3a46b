import { Refusal } from '../core/errors.js'
import type { Notice } from '../core/notice.js'
import type { Deps } from './deps.js'

/**
 * Makes a notice that failed, was only recorded, or waits for its next try go now, with three days of tries before it. Throws
 * `Refusal`: not-found (404), conflict (409) for one that was sent or is being sent.
 */
export const sendNoticeAgain = async (deps: Deps, { id, actor }: { id: string; actor: string }): Promise<Notice> => {
  const notice = await deps.store.transaction(async (tables) => {
    const known = await tables.notices.get(id)
    if (known === null) throw new Refusal('not-found', `there is no notice ${id}`)
    const at = deps.clock.now()
    if (known.state === 'sent')
      throw new Refusal('conflict', `the notice ${id} was sent at ${known.sentAt?.toISOString()}`)
    if (!(await tables.notices.sendAgain(id, at)))
      throw new Refusal('conflict', `the notice ${id} is being sent at this moment; look at it again in a minute`)
    const { kind, domain, orderId } = known
    const text = `the mail "${kind}" that was ${known.state} is to be sent again`
    await tables.actions.append([
      { at, level: 'info', actor, event: 'notice.again', text, domain, orderId, data: { notice: id, kind } },
    ])
    return tables.notices.get(id)
  })
  if (notice === null) throw new Refusal('not-found', `there is no notice ${id} any more`)
  return notice
}
