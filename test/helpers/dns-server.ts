import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { type Answer, decode, encode, type Packet, streamDecode, streamEncode } from 'dns-packet'

export type Told = {
  answers?: Answer[]
  authorities?: Answer[]
  aa?: boolean
  ra?: boolean
  tc?: boolean
  rcode?: number
  /** Another number than that of the question. */
  id?: number
}

export type Asked = { name: string; type: string; id: number; recursion: boolean }

/** What the server makes of a question: an answer, octets of its own, or silence. */
export type Script = (question: Asked, by: 'udp' | 'tcp') => Told | Buffer | 'silent'

/** A DNS server on loopback, by UDP and TCP on one port, that says what the test has it say. */
export const startDnsServer = async (script: Script) => {
  const asked: string[] = []
  const sockets = new Set<Socket>()
  const answer = (query: Packet, by: 'udp' | 'tcp'): Packet | Buffer | 'silent' => {
    const [question] = query.questions ?? []
    if (question === undefined) return 'silent'
    asked.push(`${by} ${question.name} ${question.type}`)
    const id = query.id ?? 0
    const recursion = ((query.flags ?? 0) & 0x0100) !== 0
    const told = script({ name: question.name, type: question.type, id, recursion }, by)
    if (told === 'silent' || Buffer.isBuffer(told)) return told
    const { aa = true, ra = false, tc = false, rcode = 0, answers = [], authorities = [] } = told
    const flags = (aa ? 0x0400 : 0) | (tc ? 0x0200 : 0) | (ra ? 0x0080 : 0) | rcode
    return { type: 'response', id: told.id ?? id, flags, questions: query.questions ?? [], answers, authorities }
  }
  const tcp = createServer((socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)).on('error', () => undefined))
    socket.on('data', (octets) => {
      const reply = answer(streamDecode(octets), 'tcp')
      if (reply !== 'silent') socket.write(Buffer.isBuffer(reply) ? reply : streamEncode(reply))
    })
  })
  tcp.listen(0, '127.0.0.1')
  await once(tcp, 'listening')
  const { port } = tcp.address() as AddressInfo
  const udp = createSocket('udp4')
  udp.on('message', (octets, from) => {
    const reply = answer(decode(octets), 'udp')
    if (reply !== 'silent') udp.send(Buffer.isBuffer(reply) ? reply : encode(reply), from.port, from.address)
  })
  udp.bind(port, '127.0.0.1')
  await once(udp, 'listening')
  return {
    port,
    place: { host: '127.0.0.1', port },
    asked,
    close: async () => {
      udp.close()
      for (const socket of sockets) socket.destroy()
      tcp.close()
      await once(tcp, 'close')
    },
  }
}

export type DnsServer = Awaited<ReturnType<typeof startDnsServer>>
