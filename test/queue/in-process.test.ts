import { expect, test } from 'vitest'
import { createInProcessQueue } from '../../src/queue/in-process.js'
import { createDesk, nextTurn, nothingDue, parse, queueContract, send, silentLog } from './contract.js'

queueContract('the queue within the process', async (options) => ({
  queue: createInProcessQueue(options),
  close: async () => {},
}))

const openQueue = () => createInProcessQueue({ concurrency: 2, sweepMs: 3_600_000, log: silentLog().log })

test('keeps what was rung before it started', async () => {
  const queue = openQueue()
  const desk = createDesk()
  queue.ring(send('early'))
  await queue.start({ run: desk.run, due: nothingDue })
  await desk.began(send('early'))
  await queue.stop()
})

test('work that stays due after it ran waits for the next sweep', async () => {
  const queue = openQueue()
  const desk = createDesk()
  let asked = 0
  await queue.start({
    run: desk.run,
    due: async () => {
      asked += 1
      return [send('stuck')]
    },
  })
  await desk.began(send('stuck'))
  for (let i = 0; i < 20; i += 1) await nextTurn()
  queue.ring(parse('other'))
  await desk.began(parse('other'))
  await nextTurn()
  expect(desk.begun(send('stuck'))).toBe(1)
  expect(asked).toBe(2)
  await queue.stop()
})

test('whoever rings goes on before the work begins', async () => {
  const queue = openQueue()
  const desk = createDesk()
  await queue.start({ run: desk.run, due: nothingDue })
  queue.ring(send('a'))
  expect(desk.begun(send('a'))).toBe(0)
  await desk.began(send('a'))
  await queue.stop()
})

test('starts nothing when it was stopped before', async () => {
  const queue = openQueue()
  const desk = createDesk()
  await queue.stop()
  queue.ring(send('a'))
  await queue.start({ run: desk.run, due: async () => [send('b')] })
  await nextTurn()
  expect([desk.begun(send('a')), desk.begun(send('b'))]).toEqual([0, 0])
})
