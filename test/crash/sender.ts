import { connect } from 'node:net'
import { createInterface } from 'node:readline'

/** What a sender heard of its mail: 250 alone means that it may forget it. */
export type Heard = 'stored' | 'not stored'

type HandOver = {
  port: number
  raw: string
  /** Stops in the middle of the message and calls this. */
  half?: () => void
  /** Called in the turn in which 250 is read. */
  heard250?: () => void
  /** Waited for before the message goes, and called also where it never goes. */
  ready?: () => Promise<void>
}

/** Hands a mail over as a registry's server does. */
export const handOver = (options: HandOver): Promise<Heard> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: options.port })
    const end = (heard: Heard): void => {
      socket.destroy()
      void options.ready?.()
      resolve(heard)
    }
    const steps = ['EHLO robot', 'MAIL FROM:<robot@registry.example>', 'RCPT TO:<denic-main@in.hoster.example>', 'DATA']
    let isSent = false
    const send = async (): Promise<void> => {
      await options.ready?.()
      if (options.half !== undefined)
        return void socket.write(options.raw.slice(0, options.raw.length / 2), options.half)
      isSent = true
      socket.write(`${options.raw}\r\n.\r\n`)
    }
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
      if (step !== undefined) socket.write(`${step}\r\n`)
      else void send()
    })
    socket.once('error', () => end('not stored'))
    socket.once('close', () => end('not stored'))
  })

/** Hands several over by connections of their own, whose messages go at the same moment. */
export const handOverTogether = (mails: readonly HandOver[]): Promise<Heard[]> => {
  let missing = mails.length
  let go = (): void => {}
  const all = new Promise<void>((resolve) => {
    go = resolve
  })
  const arrival = () => {
    let arrived = false
    return async (): Promise<void> => {
      if (!arrived) missing -= 1
      arrived = true
      if (missing === 0) go()
      await all
    }
  }
  return Promise.all(mails.map((mail) => handOver({ ...mail, ready: arrival() })))
}
