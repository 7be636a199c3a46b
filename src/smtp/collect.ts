import type { Readable } from 'node:stream'
import type { Limits } from './limits.js'

export type Collected =
  /** The octets as they came, the dots unstuffed (RFC 5321, 4.5.2). Give room for so many back when they are dealt with. */
  | { kind: 'whole'; raw: Buffer }
  | { kind: 'too-big' }
  | { kind: 'no-room' }
  /** The client went away, or was cut off, before the end: it has no answer and will try again. */
  | { kind: 'broken' }

/** Room for mails in memory, shared by all clients. */
export type Room = {
  take(octets: number): boolean
  give(octets: number): void
  /** Messages that are not here as a whole. */
  incoming: Set<Incoming>
}

type Incoming = { held(): number; giveUp(): void }

export const createRoom = (octets: number): Room => {
  let free = octets
  return {
    incoming: new Set(),
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
    const { limits, room } = options
    const octets = createOctets(room)
    let failed: 'too-big' | 'no-room' | null = null
    let total = 0
    let inWindow = 0
    let isCut = false
    const cut = (reason: 'too-big' | 'too-slow'): void => {
      if (!isCut) options.cut(reason)
      isCut = true
    }
    const fail = (reason: 'too-big' | 'no-room'): void => {
      failed = reason
      octets.clear()
    }
    const incoming = { held: octets.held, giveUp: () => fail('no-room') }
    room.incoming.add(incoming)
    const end = (collected: Collected): void => {
      clearInterval(watch)
      room.incoming.delete(incoming)
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
      else if (!octets.append(chunk)) fail('no-room')
    })
    stream.on('end', () => end(failed === null ? { kind: 'whole', raw: octets.take() } : { kind: failed }))
    stream.on('error', () => {}) // 'close' follows
    stream.on('close', () => {
      if (stream.readableEnded) return
      octets.clear()
      end({ kind: 'broken' })
    })
  })

/**
 * One growing buffer: a list of chunks would cost many times its octets when they come one by one. What it has taken of
 * the room is what it holds of the memory, ahead of the octets too.
 */
const createOctets = (room: Room) => {
  let buffer = Buffer.alloc(0)
  let size = 0
  const clear = (): void => {
    room.give(buffer.length)
    buffer = Buffer.alloc(0)
    size = 0
  }
  /**
   * The largest messages give way to one that is smaller: a few clients that fill all the room and never end would shut out
   * everybody's replies for as long as a session may take. Their senders hear 452 at the end and try again.
   */
  const squeezeIn = (needed: number): boolean => {
    while (!room.take(needed - buffer.length)) {
      const largest = [...room.incoming].reduce((most, one) => (one.held() > most.held() ? one : most), NOBODY)
      if (largest.held() <= needed) return false
      largest.giveUp()
    }
    return true
  }
  /** Twice the room where there is so much, which saves copying; else just what is needed. */
  const grow = (needed: number): boolean => {
    const ample = Math.max(LEAST, 2 * buffer.length, needed)
    const isAmple = room.take(ample - buffer.length)
    if (!isAmple && !squeezeIn(needed)) return false
    const grown = Buffer.alloc(isAmple ? ample : needed)
    buffer.copy(grown, 0, 0, size)
    buffer = grown
    return true
  }
  return {
    /** False where there is no room for them. */
    append: (chunk: Buffer): boolean => {
      if (size + chunk.length > buffer.length && !grow(size + chunk.length)) return false
      size += chunk.copy(buffer, size)
      return true
    },
    /** The octets, with room for just them. */
    take: (): Buffer => {
      const whole = Buffer.from(buffer.subarray(0, size))
      clear()
      room.take(whole.length)
      return whole
    },
    clear,
    held: () => buffer.length,
  }
}

const NOBODY: Incoming = { held: () => 0, giveUp: () => {} }

/** Most replies of registries fit; and a thousand clients that send an octet each hold little. */
const LEAST = 1_024
