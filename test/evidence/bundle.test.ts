import { unzipSync } from 'fflate'
import { expect, test } from 'vitest'
import { zipPieces } from '../../src/evidence/bundle.js'

const FILES = ['INDEX.txt', 'mails/1-in.eml', 'mails/2-out.eml'].map((name, index) => ({
  ...{ name, content: Buffer.from(`${name}\n`.repeat(index * 1_000)) },
}))
const at = new Date('2026-07-01T10:00:00Z')
const zip = (): Buffer => Buffer.concat([...zipPieces(FILES, at)].flat())

test('a bundle is compressed file by file, so that a large one holds up nothing else', () => {
  const steps = [...zipPieces(FILES, at)]
  expect(steps).toHaveLength(FILES.length + 1)
  for (const step of steps) expect(step.length).toBeGreaterThan(0)
})

test('a zip has the files as they are, and is the same however often it is made', () => {
  const unpacked = Object.entries(unzipSync(zip())).map(([name, content]) => ({ name, content: Buffer.from(content) }))
  expect(unpacked).toEqual(FILES)
  expect(zip().equals(zip())).toBe(true)
})
