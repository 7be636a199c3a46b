import type { NewAction } from '../core/action-log.js'
import { type DiskLevel, type DiskSpace, diskLevel, isFull, spaceWords } from '../core/disk-space.js'
import { Fault, messageOf } from '../core/errors.js'
import type { Disk } from '../ports.js'
import type { Deps } from './deps.js'

const CHECK_EVERY_MS = 60_000

/** Looks at the disk now and each minute, until the function that it returns is called. */
export const watchDisk = async (deps: Deps): Promise<() => Promise<void>> => {
  if (deps.disk === null) return async () => {}
  let looking: Promise<void> = Promise.resolve()
  const look = (): Promise<void> => {
    looking = looking
      .then(() => checkDisk(deps))
      .catch((error) => deps.log.warn({ err: error }, `the disk could not be looked at: ${messageOf(error)}`))
    return looking
  }
  await look()
  const timer = setInterval(look, CHECK_EVERY_MS).unref()
  return async () => {
    clearInterval(timer)
    await looking
  }
}

/** Tells once when the disk comes below a limit, and once when it has room again, whoever else looks at the same disk. */
export const checkDisk = async ({ store, disk, clock, log }: Deps): Promise<void> => {
  if (disk === null) return
  const space = await disk.space()
  const about = `disk ${disk.place}`
  const standing = (await store.alarms.list()).find((alarm) => alarm.about === about)?.level ?? null
  const level = diskLevel(space, standing === 'info' ? null : standing)
  if (level === standing) return
  const action = actionOf({ disk, space, level, at: clock.now() })
  const { text, at } = action
  // The process log first: where the database has no room for this, it is all there is.
  log[level === null ? 'info' : level === 'warning' ? 'warn' : 'error']({ disk: disk.place, ...space }, text)
  await store.transaction(async (tables) => {
    const isNew = level === null ? tables.alarms.clear(about) : tables.alarms.raise({ about, level, text, at })
    if (await isNew) await tables.actions.append([action])
  })
}

const actionOf = (found: { disk: Disk; space: DiskSpace; level: DiskLevel | null; at: Date }): NewAction => {
  const { disk, space, level, at } = found
  const words = `the disk of ${disk.place} has ${spaceWords(space)}`
  return {
    ...{ at, level: level ?? 'info', actor: 'system', event: level === null ? 'disk.roomy' : 'disk.filling' },
    text: level === null ? `${words} again` : `${words}: ${ADVICE[level]}`,
    data: { place: disk.place, ...space },
  }
}

const ADVICE: Record<DiskLevel, string> = {
  warning: 'make room, or let octets of old mails be archived to another disk (SEALPOST_RETENTION)',
  error: 'make room now, or mails can soon be taken no longer (451) and nothing more can be recorded',
}

/**
 * Refuses while there is no room to keep a mail durably: its sender tries again later, and what is left is for the work
 * that was taken before.
 *
 * @throws Fault `disk-full`, temporary
 */
export const requireRoom = async ({ store, disk }: Pick<Deps, 'store' | 'disk'>): Promise<void> => {
  if (disk === null || !store.embedded) return
  const space = await disk.space().catch(() => null)
  if (space !== null && isFull(space))
    throw new Fault('disk-full', `no room for another mail: the disk of ${disk.place} has ${spaceWords(space)}`, {
      temporary: true,
    })
}
