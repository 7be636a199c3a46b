import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import * as fs from 'node:fs'
import * as path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lockFolder } from '../../src/store/lock.js'
import { openStore } from '../../src/store/open.js'
import { openTestStore, silentLog, temporaryFolder } from '../helpers/database.js'

let folder: string
let other: ChildProcess
const file = () => path.join(folder, 'process.lock')
beforeEach(async () => {
  folder = temporaryFolder()
  other = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] })
  await once(other, 'spawn')
})
afterEach(async () => {
  fs.rmSync(folder, { recursive: true, force: true })
  await end(other)
})

const end = async (child: ChildProcess) => {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

/** What a process writes into its lock (Linux): id, start time, boot. */
const identityOf = (pid: number | undefined): string => {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
  const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]} ${boot}`
}

test('is held until it is released, and then leaves no file', () => {
  const release = lockFolder(folder)
  expect(() => lockFolder(folder)).toThrow(new RegExp(`in use by process ${process.pid}`))
  release()
  release()
  expect(fs.readdirSync(folder)).toEqual([])
  lockFolder(folder)()
})

test('a live process keeps it; the refusal names that process and says what to do', async () => {
  fs.writeFileSync(file(), identityOf(other.pid))
  const refusal = new RegExp(`in use by process ${other.pid}.*Stop that process.*SEALPOST_DATA.*DATABASE_URL`)
  expect(() => lockFolder(folder)).toThrow(refusal)
  expect(fs.readFileSync(file(), 'utf8')).toBe(identityOf(other.pid))
  await expect(openStore({ dataDir: folder, log: silentLog })).rejects.toMatchObject({ code: 'store-locked' })
  expect(fs.readdirSync(folder)).toEqual(['process.lock'])
})

test('a dead process loses it', async () => {
  fs.writeFileSync(file(), identityOf(other.pid))
  await end(other)
  lockFolder(folder)()
})

test.each([
  ['an id that another process has now', () => identityOf(other.pid).replace(/ \d+ /, ' 1 ')],
  ['a lock from before the machine was started', () => identityOf(other.pid).replace(/\S+$/, 'other-boot')],
  ['an empty lock', () => ''],
  ['a lock that is none', () => 'NaN what'],
])('%s counts for nothing', (_, content) => {
  fs.writeFileSync(file(), content())
  const release = lockFolder(folder)
  expect(fs.readFileSync(file(), 'utf8')).toBe(identityOf(process.pid))
  release()
})

test('one that was taken over by somebody else is not removed by its old holder', () => {
  const release = lockFolder(folder)
  fs.writeFileSync(file(), identityOf(other.pid))
  release()
  expect(fs.readFileSync(file(), 'utf8')).toBe(identityOf(other.pid))
})

test('the embedded database is open once at a time', async () => {
  const store = await openTestStore({ dataDir: folder })
  await expect(openTestStore({ dataDir: folder })).rejects.toMatchObject({ code: 'store-locked', temporary: false })
  await store.close()
  await (await openTestStore({ dataDir: folder })).close()
})
