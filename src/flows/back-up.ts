import type { Backup } from '../ports.js'
import type { Deps } from './deps.js'

/** Copies the embedded database into a new folder while it is in use, and tells so in the log that goes on. */
export const backUp = async (
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  { folder, actor }: { folder: string | null; actor: string },
): Promise<Backup> => {
  const made = await store.backUp(folder)
  await store.actions.append([
    {
      ...{ at: clock.now(), level: 'info', actor, event: 'database.copied' },
      text: `the database was copied to ${made.folder}, as it is after entry ${made.head?.id ?? '0'}`,
      data: { folder: made.folder, head: made.head?.hash ?? null },
    },
  ])
  return made
}
