/**
 * Slow clients, in a process of their own so that the gateway's memory can be told from theirs. Speaks by messages:
 * `{ hang: count, port }` opens so many connections, each of which stops in the middle of something, and answers
 * `{ hanging: count }`; `'trickle'` sends one octet more on each and answers `{ trickled: count }`; `{ closed: total }`
 * comes whenever the server has closed one.
 */
import { connect } from 'node:net'

/** In a command; between commands; in a message. The last answer to wait for before it hangs, by its code. */
const WAYS = [
  { says: ['NOO'], until: '220' },
  { says: ['EHLO slow.example\r\nMAIL FROM:<slow@slow.example>\r\nRC'], until: '250 2.1.0|250 Accepted' },
  {
    says: [
      'EHLO slow.example\r\nMAIL FROM:<slow@slow.example>\r\nRCPT TO:<denic-main@in.hoster.example>\r\nDATA\r\n',
      'Subject: still wri',
    ],
    until: '354',
  },
]

const open = new Set()
let closed = 0

const hang = (port, { says: [first, second = ''], until }) =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    let heard = ''
    open.add(socket)
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      const isFirst = heard === ''
      heard += chunk
      if (isFirst && heard.startsWith('220')) socket.write(first)
      if (!new RegExp(`^(${until})`, 'm').test(heard)) return
      socket.removeAllListeners('data').resume()
      if (second !== '') socket.write(second)
      resolve()
    })
    socket.on('close', () => {
      open.delete(socket)
      closed += 1
      process.send({ closed })
      resolve()
    })
  })

process.on('message', async (message) => {
  if (message === 'trickle') {
    for (const socket of open) socket.write('x')
    process.send({ trickled: open.size })
    return
  }
  const { hang: count, port } = message
  await Promise.all(Array.from({ length: count }, (_, index) => hang(port, WAYS[index % WAYS.length])))
  process.send({ hanging: open.size })
})
