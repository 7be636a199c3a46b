import { Refusal } from '../core/errors.js'
import { isByMail, type Mail } from '../core/mail.js'
import type { Deps } from './deps.js'
import { readOctets } from './read-octets.js'

/**
 * Judges a stored mail once more, with the keys, rules and profile of today and the time of its receipt. What took effect
 * before cannot take effect again: its content is known.
 */
export const replayMail = async (deps: Deps, id: string, actor: string): Promise<void> => {
  const octets = await readOctets(deps, replayable(await deps.store.mails.get(id), id))
  if (octets.kind === 'gone') throw new Refusal('gone', octets.reason)
  await deps.store.transaction(async (tables) => {
    const mail = replayable(await tables.mails.get(id), id)
    // It may have been judged since it was read here.
    if (!(await tables.mails.reopen(id, deps.clock.now())) && (await tables.mails.get(id))?.stage !== 'received')
      throw new Refusal('conflict', `mail ${id} has taken effect; there is nothing to replay`)
    await tables.actions.append([
      {
        ...{ at: deps.clock.now(), level: 'info', actor, event: 'mail.replayed', mailId: id },
        text: `a mail that was ${mail.stage} is judged once more`,
      },
    ])
  })
  deps.queue.ring({ kind: 'process-mail', id })
}

const replayable = (mail: Mail | null, id: string): Mail => {
  if (mail === null) throw new Refusal('not-found', `there is no mail ${id}`)
  if (mail.direction === 'out')
    throw new Refusal('conflict', `mail ${id} is one that we sent; only mails that came in can be replayed`)
  if (!isByMail(mail))
    throw new Refusal(
      'conflict',
      `mail ${id} is the answer of a server, which was read when it came: check its order instead`,
    )
  if (mail.stage === 'settled') throw new Refusal('conflict', `mail ${id} has taken effect; there is nothing to replay`)
  return mail
}
