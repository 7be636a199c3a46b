import * as fs from 'node:fs'
import * as path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStore } from '../../src/store/open.js'
import { openTestStore, silentLog, temporaryFolder } from '../helpers/database.js'

let root: string
beforeEach(() => {
  root = temporaryFolder()
})
afterEach(() => fs.rmSync(root, { recursive: true, force: true }))

const modeOf = (file: string): string => (fs.statSync(file).mode & 0o777).toString(8)

test.each(['755', '777', '500', '700'])(
  'the data directory is for its owner alone, also one with the mode %s',
  async (mode) => {
    const dataDir = path.join(root, 'data')
    const database = path.join(dataDir, 'pglite')
    await (await openTestStore({ dataDir })).close()
    fs.chmodSync(database, Number.parseInt(mode, 8))
    fs.chmodSync(dataDir, Number.parseInt(mode, 8))
    const store = await openTestStore({ dataDir })
    expect([modeOf(dataDir), modeOf(database)]).toEqual(['700', '700'])
    await store.close()
  },
)

test('a new one is made so, whatever the mask of the process', async () => {
  const dataDir = path.join(root, 'not', 'yet')
  const mask = process.umask(0)
  try {
    const store = await openStore({ dataDir, log: silentLog })
    expect([modeOf(dataDir), modeOf(path.join(dataDir, 'pglite'))]).toEqual(['700', '700'])
    await store.close()
  } finally {
    process.umask(mask)
  }
})

test('one that cannot be made is a fault that says what to do', async () => {
  const dataDir = path.join(root, 'file')
  fs.writeFileSync(dataDir, '')
  const opening = openStore({ dataDir, log: silentLog })
  await expect(opening).rejects.toMatchObject({ code: 'store-unavailable', temporary: false })
  await expect(opening).rejects.toThrow(/file cannot be made a folder of this user alone.*SEALPOST_DATA/)
})
