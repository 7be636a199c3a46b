/** Of a file system, in octets; `free` is what this process may use. */
export type DiskSpace = { free: number; size: number }
export type DiskLevel = 'warning' | 'error'

const MIB = 1024 * 1024
const GIB = 1024 * MIB

/** Below this the database cannot go on for long: its log grows by 16 MiB at a time. */
const LEAST = 64 * MIB

/** Below a tenth of the disk, but not above 10 GiB, and below 1 GiB in any case. */
const warningBelow = (size: number): number => Math.max(GIB, Math.min(size / 10, 10 * GIB))
const errorBelow = 200 * MIB

/** So much more than the limit has to be free before an alarm is over, or each mail could end and begin it. */
const RELIEF = 1.1

/** There is no room for what has to be kept durably. */
export const isFull = ({ free }: DiskSpace): boolean => free < LEAST

/** What is to be said of a disk, where `standing` is what was said last; null while it has room. */
export const diskLevel = ({ free, size }: DiskSpace, standing: DiskLevel | null): DiskLevel | null => {
  if (free < errorBelow * (standing === 'error' ? RELIEF : 1)) return 'error'
  return free < warningBelow(size) * (standing === null ? 1 : RELIEF) ? 'warning' : null
}

/** `812 MiB of 20480 MiB free`. */
export const spaceWords = ({ free, size }: DiskSpace): string =>
  `${Math.floor(free / MIB)} MiB of ${Math.floor(size / MIB)} MiB free`
