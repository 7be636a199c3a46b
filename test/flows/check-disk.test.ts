import { rmSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { checkDisk, watchDisk } from '../../src/flows/check-disk.js'
import { readAttention } from '../../src/flows/read-attention.js'
import type { Disk } from '../../src/ports.js'
import { openDisk } from '../../src/store/disk.js'
import { eachDatabase, temporaryFolder } from '../helpers/database.js'
import { createTestGateway, type TestGateway } from '../helpers/gateway.js'

const MIB = 1024 * 1024

await eachDatabase((_, open) => {
  const folder = temporaryFolder()
  let gateway: TestGateway
  let free: number
  beforeAll(async () => {
    gateway = await createTestGateway((await open()).store, folder)
  })
  beforeEach(() => {
    gateway.deps.disk = { place: 'host:/data', space: async () => ({ free: free * MIB, size: 20_000 * MIB }) }
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const told = async () => {
    const { items } = await gateway.deps.store.actions.list({}, { limit: 50, cursor: null })
    return items.reverse().map(({ event, level, data }) => [event, level, Number(data['free']) / MIB])
  }

  test('each limit that is passed is told once, by however many look, and so is room that is there again', async () => {
    for (free of [5_000, 1_500, 1_400, 150, 140, 1_500, 5_000, 5_000])
      await Promise.all([checkDisk(gateway.deps), checkDisk(gateway.deps), checkDisk(gateway.deps)])
    expect(await told()).toEqual([
      ['disk.filling', 'warning', 1_500],
      ['disk.filling', 'error', 150],
      ['disk.filling', 'warning', 1_500],
      ['disk.roomy', 'info', 5_000],
    ])
  })

  test('while it stands it is among what needs attention; another disk is another matter', async () => {
    free = 150
    await checkDisk(gateway.deps)
    const other: Disk = { place: 'other:/data', space: async () => ({ free: 900 * MIB, size: 20_000 * MIB }) }
    await checkDisk({ ...gateway.deps, disk: other })
    expect(await readAttention(gateway.deps)).toMatchObject([
      {
        about: 'house',
        level: 'error',
        text: expect.stringMatching(/host:\/data has 150 MiB of 20000 MiB free: make room now/),
      },
      { about: 'house', level: 'warning', text: expect.stringMatching(/other:\/data has 900 MiB/) },
    ])
    free = 5_000
    await checkDisk(gateway.deps)
    expect(await readAttention(gateway.deps)).toHaveLength(1)
  })

  test('a look that fails stops nothing: the next one tells', async () => {
    const warnings: string[] = []
    const deps = {
      ...gateway.deps,
      log: { ...gateway.deps.log, warn: (_: object, message: string) => void warnings.push(message) },
      disk: { place: 'broken:/data', space: () => Promise.reject(new Error('input/output error')) },
    }
    const stop = await watchDisk(deps)
    await stop()
    expect(warnings).toEqual(['the disk could not be looked at: input/output error'])
  })
})

test('a folder that is not made yet will be on the disk of the one that it will be in', async () => {
  const asked: string[] = []
  const disk = openDisk('/var/data/archive', async (folder) => {
    asked.push(folder)
    if (folder !== '/var') throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
    return { bavail: 1, blocks: 2, bsize: 512 }
  })
  expect(await disk.space()).toEqual({ free: 512, size: 1_024 })
  expect(asked).toEqual(['/var/data/archive', '/var/data', '/var'])
})
