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
    incoming: room.incoming,
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

  describe('when all of it is taken', () => {
    const limits = { ...LIMITS, size: 8_000 }
    const begin = async (room: ReturnType<typeof watchedRoom>, octets: number) => {
      const stream = new PassThrough()
      const collected = collect(stream, { limits, room, cut: () => {} })
      await new Promise((done) => stream.write(Buffer.alloc(octets), done))
      const end = (): Promise<unknown> => {
        stream.end()
        return collected
      }
      return { end }
    }

    test('is left by the largest message to one that is smaller, and by no more than have to', async () => {
      const room = watchedRoom(12_000)
      const [middle, largest, least] = [await begin(room, 4_000), await begin(room, 6_000), await begin(room, 2_000)]
      const reply = await begin(room, 3_000)
      expect(await reply.end()).toMatchObject({ kind: 'whole' })
      expect(await largest.end()).toEqual({ kind: 'no-room' })
      expect(await middle.end()).toMatchObject({ kind: 'whole' })
      expect(await least.end()).toMatchObject({ kind: 'whole' })
      expect(room.taken()).toBe(9_000) // of the whole ones, until they are stored
      expect(room.most()).toBeLessThanOrEqual(12_000)
    })

    test('is not left to one that is as large, or larger', async () => {
      const room = watchedRoom(6_000)
      const [first, second] = [await begin(room, 3_000), await begin(room, 3_000)]
      const [equal, larger] = [await begin(room, 3_000), await begin(room, 4_000)]
      expect([await equal.end(), await larger.end()]).toEqual([{ kind: 'no-room' }, { kind: 'no-room' }])
      expect([await first.end(), await second.end()]).toMatchObject([{ kind: 'whole' }, { kind: 'whole' }])
    })

    test('is kept by messages that are here as a whole', async () => {
      const room = watchedRoom(6_000)
      expect(await (await begin(room, 6_000)).end()).toMatchObject({ kind: 'whole' })
      expect(await (await begin(room, 100)).end()).toEqual({ kind: 'no-room' })
      expect(room.taken()).toBe(6_000)
    })
  })
})
