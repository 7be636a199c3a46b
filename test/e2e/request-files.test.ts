import { existsSync, readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import * as path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { eventually, run, serve, write } from './program.js'
import { cleanUp, order, orderOf, place, serving } from './stage.js'

afterEach(cleanUp)

test('F59: a killed process leaves the files of requests, and the next one goes on with them', async () => {
  const where = await place()
  const folder = path.join(where.folder, 'panel')
  where.env['SEALPOST_REQUESTS'] = folder
  await mkdir(folder)
  const gateway = await serve(where)
  const connection = { title: 'By hand', profile: 'manual', tlds: ['com'], mode: 'live', account: {} }
  const added = await run(where, ['connection', 'add', '--file', write(where, 'manual.json', connection)])
  expect(added).toMatchObject({ code: 0, stderr: '' })
  const placed = await gateway.call('POST', '/v1/orders', order({ domain: 'example.com' }))
  const { id } = (await placed.json()) as { id: string }
  const { request } = await eventually(
    () => orderOf(gateway, id),
    ({ status }) => status === 'sent',
  )
  const name = `${request.reference}.txt`
  const file = path.join(folder, 'cust-7', 'requests', name)
  await eventually(async () => existsSync(file), Boolean)
  expect(readFileSync(file, 'utf8')).toContain('example.com')
  const closed = await gateway.call('POST', '/v1/tickets/1/close', { outcome: 'done', note: 'confirmed' })
  expect(closed.status).toBe(200)
  await gateway.end('SIGKILL')

  await serving(where)
  const done = path.join(folder, 'cust-7', 'requests', 'done', name)
  await eventually(async () => existsSync(done) && !existsSync(file), Boolean)
  expect(readFileSync(done, 'utf8')).toMatch(/\nClosed as done by .*: confirmed\n$/)
})
