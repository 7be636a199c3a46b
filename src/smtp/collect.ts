import type { Readable } from 'node:stream'
import type { Limits } from './limits.js'

export type Collected =
  /** The octets as they came, the dots unstuffed (RFC 5321, 4.5.2). Give their room back when they are dealt with. */
  | { kind: 'whole'; raw: Buffer }
  | { kind: 'too-big' }
  | { kind: 'no-room' }
  /** The client went away, or was cut off, before the end: it has no answer and will try again. */
  | { kind: 'broken' }

/** Room for mails in memory, shared by all clients. */
export type Room = { take(octets: number): boolean; give(octets: number): void }

export const createRoom = (octets: number): Room => {
  let free = octets
  return {
    take: (wanted) => {
      if (wanted > free) return false
      free -= wanted
      return true
    },
    give: (back) => {
      free += back
    },
  }
}

/**
 * Reads a message to its end. What is over the limit is read on and forgotten, so that the client hears why; `cut` is
 * called when it sends twice the limit, or less than the least rate, and must close the connection.
 */
export const collect = (
  stream: Readable,
  options: { limits: Limits; room: Room; cut(reason: 'too-big' | 'too-slow'): void },
): Promise<Collected> =>
  new Promise((resolve) => {
    const { limits, room, cut } = options
    const octets = createOctets()
    let failed: 'too-big' | 'no-room' | null = null
    let total = 0
    let inWindow = 0
    const fail = (reason: 'too-big' | 'no-room'): void => {
      failed = reason
      room.give(octets.clear())
    }
    const end = (collected: Collected): void => {
      clearInterval(watch)
      resolve(collected)
    }
    const watch = setInterval(() => {
      if (inWindow < (limits.rate * limits.rateWindow) / 1000) cut('too-slow')
      inWindow = 0
    }, limits.rateWindow)

    stream.on('data', (chunk: Buffer) => {
      total += chunk.length
      inWindow += chunk.length
      if (total > 2 * limits.size) return cut('too-big')
      if (failed !== null) return
      if (total > limits.size) fail('too-big')
      else if (room.take(chunk.length)) octets.append(chunk)
      else fail('no-room')
    })
    stream.on('end', () => end(failed === null ? { kind: 'whole', raw: octets.take() } : { kind: failed }))
    stream.on('error', () => {}) // 'close' follows
    stream.on('close', () => {
      if (stream.readableEnded) return
      room.give(octets.clear())
      end({ kind: 'broken' })
    })
  })

/** One growing buffer: a list of chunks would cost many times its octets when they come one by one. */
const createOctets = () => {
  let buffer = Buffer.alloc(0)
  let size = 0
  return {
    append: (chunk: Buffer): void => {
      if (size + chunk.length > buffer.length) {
        const larger = Buffer.alloc(Math.max(16_384, 2 * buffer.length, size + chunk.length))
        buffer.copy(larger, 0, 0, size)
        buffer = larger
      }
      size += chunk.copy(buffer, size)
    },
    take: (): Buffer => Buffer.from(buffer.subarray(0, size)),
    /** Forgets the octets and says how many there were. */
    clear: (): number => {
      const forgotten = size
      buffer = Buffer.alloc(0)
      size = 0
      return forgotten
    },
  }
}
