import { expect, test } from 'vitest'
import { createClosing } from '../../src/serve/closing.js'
import { silentLog } from '../queue/contract.js'

test('closes all at once, names what has not ended, and goes on where one fails', async () => {
  const { log, lines } = silentLog()
  const { opened, names, closeAll } = createClosing(log)
  let finish = (): void => {}
  const slow = new Promise<void>((resolve) => {
    finish = resolve
  })
  let closed = false
  opened('SMTP', () => slow)
  opened('broken', () => Promise.reject(new Error('no')))
  opened('HTTP', async () => {
    closed = true
  })
  const closing = closeAll()
  await expect.poll(names).toEqual(['SMTP'])
  expect(closed).toBe(true)
  finish()
  await closing
  expect(names()).toEqual([])
  expect(lines).toEqual([['error', 'stopping']])
})
