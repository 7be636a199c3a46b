import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { collect, createRoom } from '../../src/smtp/collect.js'
import { LIMITS } from '../../src/smtp/limits.js'

/** Room that knows how much of it was ever taken at once. */
const watchedRoom = (octets: number) => {
  const room = createRoom(octets)
  let [taken, most] = [0, 0]
  return {
    take: (wanted: number): boolean => {
      if (!room.take(wanted)) return false
      taken += wanted
      most = Math.max(most, taken)
      return true
    },
    give: (back: number): void => {
      room.give(back)
      taken -= back
    },
    taken: () => taken,
    most: () => most,
  }
}

type Ending = 'end' | 'destroy'

/** Sends these chunks, until the connection is cut, and says what came of it. */
const send = async (chunks: readonly number[], ending: Ending, sizes: { size: number; room: number }) => {
  const stream = new PassThrough()
  const room = watchedRoom(sizes.room)
  const cuts: string[] = []
  const cut = (reason: string): void => {
    cuts.push(reason)
    setTimeout(() => stream.destroy(), 5) // what is under way still comes
  }
  const collected = collect(stream, { limits: { ...LIMITS, size: sizes.size }, room, cut })
  for (const [index, length] of chunks.entries()) {
    if (stream.destroyed) break
    await new Promise((done) => stream.write(Buffer.alloc(length, index), done))
  }
  if (ending === 'end' && cuts.length === 0) stream.end()
  else stream.destroy()
  return { collected: await collected, room, cuts }
}

describe('memory for a message', () => {
  const MIB = 1024 * 1024

  test('is given up at the limit, while the rest is read on', async () => {
    const { collected, room, cuts } = await send(Array(19).fill(MIB / 10), 'end', { size: MIB, room: 64 * MIB })
    expect(collected).toEqual({ kind: 'too-big' })
    expect(room.most()).toBeLessThanOrEqual(2 * MIB)
    expect(room.taken()).toBe(0)
    expect(cuts).toEqual([])
  })

  test('does not grow with what comes after twice the limit, where the connection is cut once', async () => {
    const { collected, room, cuts } = await send(Array(500).fill(MIB / 10), 'end', { size: MIB, room: 64 * MIB })
    expect(collected).toEqual({ kind: 'broken' })
    expect(room.most()).toBeLessThanOrEqual(2 * MIB)
    expect(room.taken()).toBe(0)
    expect(cuts).toEqual(['too-big'])
  })

  test('is small for a client that sends an octet', async () => {
    const { room } = await send([1], 'destroy', { size: MIB, room: 64 * MIB })
    expect(room.most()).toBe(1_024)
  })

  test('comes back as a whole, however a message goes and ends', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 4_000 }), { maxLength: 12 }),
        fc.constantFrom<Ending>('end', 'destroy'),
        fc.integer({ min: 1, max: 12_000 }),
        async (chunks, ending, room) => {
          const sent = await send(chunks, ending, { size: 8_000, room })
          const { collected } = sent
          expect(sent.room.most()).toBeLessThanOrEqual(room)
          if (collected.kind === 'whole') {
            expect(collected.raw.length).toBe(chunks.reduce((sum, length) => sum + length, 0))
            sent.room.give(collected.raw.length)
          }
          expect(sent.room.taken()).toBe(0)
        },
      ),
      { numRuns: 300 },
    ))
})
