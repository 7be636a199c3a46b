import { connect, type Socket } from 'node:net'
import { orderBody, readRequest, replyMails } from './mails.js'
import { type Backend, call } from './place.js'
import { sendAll } from './smtp-load.js'
import { openStage } from './stage.js'

/** Resident memory of one process in MB: after it has started, the most while it works, and beside slow clients. */
export type Memory = { idle: number; loaded: number; slow: number }

const SLOW = 1_000

export const memoryOf = async (backend: Backend): Promise<Memory> => {
  const stage = await openStage({ backend })
  try {
    await new Promise((resolve) => setTimeout(resolve, 5_000))
    const idle = stage.gateway.memory()
    let loaded = 0
    const watch = setInterval(() => {
      loaded = Math.max(loaded, stage.gateway.memory())
    }, 50)
    for (let number = 0; number < 200; number++) await call(stage.http, 'POST', '/v1/orders', orderBody(number))
    await stage.sink.count(200)
    const references = stage.sink.mails.map(({ raw }) => readRequest(raw).reference)
    await sendAll(stage.smtpPort, await replyMails(references, stage.registryKey), 20)
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    clearInterval(watch)
    const sockets: Socket[] = []
    while (sockets.length < SLOW)
      sockets.push(...(await Promise.all(Array.from({ length: 50 }, () => hang(stage.smtpPort)))))
    const slow = stage.gateway.memory()
    for (const socket of sockets) socket.destroy()
    return { idle, loaded, slow }
  } finally {
    await stage.end()
  }
}

/** A client that was greeted and stops in the middle of its first command. */
const hang = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('error', reject).once('data', () => {
      socket.write('EHL')
      resolve(socket)
    })
  })
