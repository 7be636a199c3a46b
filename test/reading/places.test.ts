import { expect, test } from 'vitest'
import { createPlaces } from '../../src/reading/places.js'

test('so many at a time, the others in the order in which they came', async () => {
  const places = createPlaces(2)
  const order: string[] = []
  const enter = async (name: string) => {
    const leave = await places.take()
    order.push(name)
    return leave
  }
  const [first, second] = [await enter('a'), await enter('b')]
  const waiting = [enter('c'), enter('d'), enter('e')]
  await Promise.resolve()
  expect(order).toEqual(['a', 'b'])
  second()
  second() // given back once, whatever its holder does
  const third = await waiting[0]
  expect(order).toEqual(['a', 'b', 'c'])
  first()
  third?.()
  await Promise.all(waiting)
  expect(order).toEqual(['a', 'b', 'c', 'd', 'e'])
})

test('who waits when they close is sent away, and so is who comes later', async () => {
  const places = createPlaces(1)
  const leave = await places.take()
  const waiting = places.take()
  places.close(new Error('closed'))
  await expect(waiting).rejects.toThrow('closed')
  leave()
  await expect(places.take()).rejects.toThrow('closed')
})
