import { connect } from 'node:net'
import { createInterface } from 'node:readline'

/** What a sender heard of its mail: 250 alone means that it may forget it. */
export type Heard = 'stored' | 'not stored'

/**
 * Hands a mail over as a registry's server does. `half`: stops in the middle of the message and calls `then`. `heard250`
 * is called in the turn in which 250 is read.
 */
export const handOver = (options: {
  port: number
  raw: string
  half?: () => void
  heard250?: () => void
}): Promise<Heard> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: options.port })
    const end = (heard: Heard): void => {
      socket.destroy()
      resolve(heard)
    }
    const steps = ['EHLO robot', 'MAIL FROM:<robot@registry.example>', 'RCPT TO:<denic-main@in.hoster.example>', 'DATA']
    let isSent = false
    // It passes on the errors of its socket, which is told below.
    const replies = createInterface({ input: socket }).on('error', () => undefined)
    replies.on('line', (line) => {
      if (/^\d{3}-/.test(line)) return
      if (!/^[23]/.test(line)) return end('not stored')
      if (isSent) {
        options.heard250?.()
        return end('stored')
      }
      const step = steps.shift()
      if (step !== undefined) return void socket.write(`${step}\r\n`)
      if (options.half === undefined) {
        isSent = true
        return void socket.write(`${options.raw}\r\n.\r\n`)
      }
      socket.write(options.raw.slice(0, options.raw.length / 2), options.half)
    })
    socket.once('error', () => end('not stored'))
    socket.once('close', () => end('not stored'))
  })
