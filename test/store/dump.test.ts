import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs'
import * as path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { noticeCopy } from '../../src/flows/notice-copy.js'
import { verifyLog } from '../../src/flows/verify-log.js'
import { type OpenedStore, openStore } from '../../src/store/open.js'
import { newServerDatabase, silentLog, temporaryFolder } from '../helpers/database.js'
import { addTestConnection, createTestGateway } from '../helpers/gateway.js'
import { needs } from '../helpers/needs.js'

const withTools = await needs('postgresql', 'pg_dump')
withTools('pg_dump and pg_restore', () => {
  const folder = temporaryFolder()
  const undoing: (() => Promise<unknown>)[] = []
  afterAll(async () => {
    for (const undo of undoing.reverse()) await undo()
    fs.rmSync(folder, { recursive: true, force: true })
  })
  const newDatabase = async () => {
    const { url, remove } = await newServerDatabase()
    undoing.push(remove)
    return url
  }
  const open = async (url: string): Promise<OpenedStore> => {
    const store = await openStore({ url, dataDir: '', log: silentLog })
    undoing.push(store.close)
    return store
  }

  test('bring back a database whose log is whole, and that sends nothing blindly', async () => {
    const [url, other, dump] = [await newDatabase(), await newDatabase(), path.join(folder, 'sealpost.dump')]
    const store = await open(url)
    const gateway = await createTestGateway(store, folder)
    await addTestConnection(gateway)
    await noticeCopy(gateway.deps)
    const sent = await gateway.place()
    await gateway.run()
    const queued = await gateway.place({ domain: 'queued.de' })
    await expect(store.backUp(null)).rejects.toThrow(/copy it with pg_dump/)
    const head = await store.actions.head()
    execFileSync('pg_dump', ['--format=custom', `--file=${dump}`, `--dbname=${url}`])
    await gateway.run()
    await store.close()

    const restore = ['--clean', '--if-exists', '--no-owner', '--exit-on-error', '--single-transaction']
    for (const target of [other, url]) {
      execFileSync('pg_restore', [...restore, `--dbname=${target}`, dump])
      const again = await open(target)
      expect(again.applied).toEqual([])
      expect(await again.actions.head()).toEqual(head)
      expect(await verifyLog({ store: again })).toMatchObject({ whole: true, head: head?.hash })
      const restored = await createTestGateway(again, folder)
      await noticeCopy(restored.deps)
      await restored.run()
      expect(restored.sent).toEqual([])
      expect((await restored.order(queued.id)).status).toBe('uncertain')
      expect((await restored.order(sent.id)).status).toBe('sent')
      await again.close()
    }
  })
})
