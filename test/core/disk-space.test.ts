import { expect, test } from 'vitest'
import { type DiskLevel, diskLevel, isFull } from '../../src/core/disk-space.js'

const MIB = 1024 * 1024
const GIB = 1024 * MIB

test.each<[string, number, number, DiskLevel | null, DiskLevel | null]>([
  ['a tenth of the disk is free', 4 * GIB, 40 * GIB, null, null],
  ['less than that', 4 * GIB - 1, 40 * GIB, null, 'warning'],
  ['10 GiB of a large disk', 10 * GIB, 4_000 * GIB, null, null],
  ['1 GiB of a small disk', GIB, 2 * GIB, null, null],
  ['less than 1 GiB of it', GIB - 1, 2 * GIB, null, 'warning'],
  ['200 MiB', 200 * MIB, 40 * GIB, null, 'warning'],
  ['less than 200 MiB', 200 * MIB - 1, 40 * GIB, null, 'error'],
  ['a little more than the limit of a warning that stands', 4.3 * GIB, 40 * GIB, 'warning', 'warning'],
  ['much more', 4.5 * GIB, 40 * GIB, 'warning', null],
  ['a little more than the limit of an error that stands', 210 * MIB, 40 * GIB, 'error', 'error'],
  ['much more', 230 * MIB, 40 * GIB, 'error', 'warning'],
  ['all of it', 40 * GIB, 40 * GIB, 'error', null],
])('%s', (_, free, size, standing, level) => {
  expect(diskLevel({ free, size }, standing)).toBe(level)
})

test('below 64 MiB nothing more can be kept durably', () => {
  expect([64 * MIB, 64 * MIB - 1].map((free) => isFull({ free, size: GIB }))).toEqual([false, true])
})
