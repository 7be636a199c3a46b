import { Refusal } from '../core/errors.js'
import type { Deps } from './deps.js'

/** What an operator knows of where a database comes from. */
export type Origin = 'restored' | 'moved'

/**
 * An operator's word on where the database comes from. `restored`: it is an older state, though nothing tells it from the
 * one that was used last (a snapshot of a whole disk); the next `noticeCopy` then takes it for a copy. `moved`: it is the
 * state that was used last, at another place.
 */
export const settlePlace = async (
  deps: Pick<Deps, 'store' | 'clock'>,
  { origin, actor }: { origin: Origin; actor: string },
): Promise<void> => {
  const place = await deps.store.findPlace()
  await deps.store.transaction(async (tables) => {
    if ((await tables.actions.head()) === null)
      throw new Refusal(
        'conflict',
        'nothing has happened in this database yet: there is nothing that could happen twice',
      )
    await tables.place.record(origin === 'moved' ? place : 'an older state')
    if (origin === 'moved') await tables.actions.append([moved(deps.clock.now(), actor)])
  })
}

const moved = (at: Date, actor: string) => ({
  ...{ at, level: 'info' as const, actor, event: 'database.moved' },
  text: 'an operator says that the database is here with everything that happened in it: nothing is held as doubtful',
})
