import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDisk } from '../../src/store/disk.js'
import { type FrontDoor, openFrontDoor } from './front-door.js'

let door: FrontDoor
let free: number
beforeAll(async () => {
  door = await openFrontDoor({}, { embedded: true }) // a server's disk is looked at by whoever runs it
  const look = async () => ({ bavail: free, blocks: 10_000, bsize: 1024 * 1024 })
  door.gateway.deps.disk = openDisk('/data', look)
})
afterAll(() => door.close())

const mails = async () => (await door.gateway.deps.store.mails.list({}, { limit: 10, cursor: null })).items.length

test('without room to keep it a mail is answered 451 and not stored; with room again it is taken', async () => {
  free = 63
  expect(await door.deliver('Subject: one\r\n\r\ntext\r\n')).toMatch(/^451 4\.3\.0 cannot store the mail now/)
  expect(await mails()).toBe(0)
  free = 64
  expect(await door.deliver('Subject: one\r\n\r\ntext\r\n')).toMatch(/^250 /)
  expect(await mails()).toBe(1)
})

test('a disk that cannot be looked at is no reason to refuse: the database has the last word', async () => {
  door.gateway.deps.disk = { place: 'host:/data', space: () => Promise.reject(new Error('input/output error')) }
  expect(await door.deliver('Subject: two\r\n\r\ntext\r\n')).toMatch(/^250 /)
})
