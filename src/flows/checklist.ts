import { CHECKLIST, type ChecklistItem, type ChecklistLine, checklistOf, isTicked } from '../core/checklist.js'
import type { Connection, MailConnection } from '../core/connection.js'
import { messageOf, Refusal } from '../core/errors.js'
import type { Tables } from '../ports.js'
import type { Deps } from './deps.js'
import { signerAt } from './signer.js'
import { examineSecret } from './write-call.js'

/** What is done and what is missing before a connection goes live. */
export const readChecklist = async (deps: Deps, tables: Tables, connection: Connection): Promise<ChecklistLine[]> => {
  const key = await findProof(deps, connection)
  const [ticks, passed] = [await tables.checklist.list(connection.id), await tables.checklist.passedTest(connection.id)]
  return checklistOf({ ticks, key, passed })
}

/** What proves requests, or why it cannot; null where they need no proof. */
const findProof = async (deps: Deps, connection: Connection): Promise<Parameters<typeof checklistOf>[0]['key']> => {
  if (connection.channel === 'mail') return findKey(deps, connection)
  return connection.channel === 'https' ? examineSecret(deps, connection) : null
}

const findKey = (deps: Deps, connection: MailConnection) =>
  signerAt(deps, connection, deps.clock.now()).then(
    ({ keyFile, key: { fingerprint } }) => ({ file: keyFile, fingerprint }),
    (error: unknown) => ({ fault: messageOf(error) }),
  )

/**
 * Writes down that a person says an item is done, or that it is not. Again with the same note: changes nothing. Throws
 * `Refusal`: not-found, or conflict for an item that is known from what happened.
 */
export const tickChecklist = (
  deps: Deps,
  input: { id: string; item: ChecklistItem; done: boolean; note: string | null; actor: string },
): Promise<ChecklistLine[]> => {
  const { id, item, done, note, actor } = input
  if (!isTicked(item))
    throw new Refusal('conflict', `${item} is known from the orders of the connection: place one in test mode`)
  return deps.store.transaction(async (tables) => {
    const connection = await tables.connections.lockForChange(id)
    if (connection === null) throw new Refusal('not-found', `there is no connection ${id}`)
    const at = deps.clock.now()
    const before = (await tables.checklist.list(id)).find((tick) => tick.item === item) ?? null
    const same = done ? before !== null && before.note === note : before === null
    if (!same) {
      if (done) await tables.checklist.tick(id, { item, by: actor, at, note })
      else await tables.checklist.untick(id, item)
      const said = note === null ? '' : ` (${note})`
      await tables.actions.append([
        {
          ...{ at, actor, level: 'info', event: done ? 'checklist.done' : 'checklist.undone' },
          text: `${CHECKLIST[item]}: ${done ? 'done' : 'no longer done'}, for the connection "${connection.title}"${said}`,
          data: { connection: id, item, note },
        },
      ])
    }
    return readChecklist(deps, tables, connection)
  })
}
