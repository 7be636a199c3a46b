import * as fs from 'node:fs'
import * as path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { run, write } from './program.js'
import { cleanUp, connect, order, place, serving } from './stage.js'

afterEach(cleanUp)

test('the embedded database is copied while it is served, brought back, and sends nothing a second time', async () => {
  const home = await place({}, { embedded: true })
  const data = path.join(home.folder, 'data')
  const gateway = await serving(home)
  await connect(home, 1) // nothing takes mails there, so the order stays queued
  const file = write(home, 'order.json', order())
  expect(await run(home, ['order', 'place', '--file', file])).toMatchObject({ code: 0 })
  const copied = await run(home, ['backup', '--json', path.join(home.folder, 'copy')])
  const { folder, head } = JSON.parse(copied.stdout)
  expect([copied.code, folder]).toEqual([0, path.join(home.folder, 'copy')])
  const again = await run(home, ['backup', folder])
  expect(again).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/copy: it is there already; name a new folder/),
  })
  const early = await run(home, ['migrate', '--restored'])
  expect(early).toMatchObject({ code: 1, stderr: expect.stringMatching(/stop the gateway first/) })
  expect(await gateway.end('SIGTERM')).toBe(0)

  fs.rmSync(path.join(data, 'pglite'), { recursive: true })
  fs.cpSync(path.join(folder, 'pglite'), path.join(data, 'pglite'), { recursive: true })
  const verified = await run(home, ['log', 'verify', '--json'])
  expect(JSON.parse(verified.stdout)).toMatchObject({ whole: true, head: head.hash })
  const restored = await serving(home)
  const answer = await restored.call('GET', '/v1/actions?level=error')
  const { items } = (await answer.json()) as { items: unknown[] }
  expect(items[0]).toMatchObject({ event: 'database.restored', data: { requests: 1 } })
  expect(await run(home, ['log', 'verify'])).toMatchObject({ code: 0 })
  expect(restored.lines.filter((line) => line.includes('request handed over'))).toEqual([])
})
