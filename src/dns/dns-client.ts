import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { connect, isIPv6 } from 'node:net'
import { type Answer, decode, encode, type Packet, streamDecode, streamEncode } from 'dns-packet'
import type { DnsRecord, QueryType, ServerAnswer } from '../core/delegation.js'
import { messageOf } from '../core/errors.js'

export type Question = { name: string; type: QueryType }
export type Place = { host: string; port: number }

/** Two tries of two seconds by UDP, four seconds by TCP. */
const UDP_MS = 2_000
const UDP_TRIES = 2
const TCP_MS = 4_000
const LONGEST = 65_537

/** Asks one name server one question, without recursion; what does not fit into a datagram is asked again by TCP. */
export const askByUdp = async (place: Place, question: Question, ms = UDP_MS): Promise<ServerAnswer> => {
  for (let tries = 1; ; tries++) {
    const answer = await exchange(question, (query) => datagram(place, query, ms))
    if (answer === 'truncated') return askByTcp(place, question)
    if (answer.kind !== 'silent' || tries === UDP_TRIES) return answer
  }
}

/** The same by TCP (RFC 7766). */
export const askByTcp = async (place: Place, question: Question, ms = TCP_MS): Promise<ServerAnswer> => {
  const answer = await exchange(question, (query) => stream(place, query, ms))
  return answer === 'truncated' ? { kind: 'refused', reason: 'it shortens its answer by TCP too' } : answer
}

type Reply = Packet | 'silent' | { refused: string }

const exchange = async (
  question: Question,
  send: (query: Packet) => Promise<Reply>,
): Promise<ServerAnswer | 'truncated'> => {
  const query: Packet = { type: 'query', id: randomInt(65_536), flags: 0, questions: [{ ...question, class: 'IN' }] }
  const reply = await send(query)
  if (reply === 'silent') return { kind: 'silent' }
  if ('refused' in reply) return { kind: 'refused', reason: reply.refused }
  const { flag_tc: truncated, flag_aa: authoritative, flag_ra: recursive, rcode } = reply as Packet & Flags
  if (truncated) return 'truncated'
  const { answers = [], authorities = [] } = reply
  const referral = authorities.filter(({ name }) => plain(name) === plain(question.name)).flatMap(toHost)
  return { kind: 'answer', rcode, authoritative, recursive, records: answers.flatMap(toRecord), referral }
}

/** What the library decodes beside its declared types. */
type Flags = { flag_tc: boolean; flag_aa: boolean; flag_ra: boolean; rcode: string }

/** A connected socket takes datagrams of that address alone; the number and the question have to be ours (RFC 5452, 4). */
const datagram = ({ host, port }: Place, query: Packet, ms: number): Promise<Reply> =>
  new Promise((resolve) => {
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
    const finish = (reply: Reply) => {
      clearTimeout(timer)
      socket.removeAllListeners().on('error', () => undefined)
      socket.close()
      resolve(reply)
    }
    const timer = setTimeout(() => finish('silent'), ms)
    socket.on('error', (error) => finish({ refused: messageOf(error) }))
    socket.on('message', (octets) => {
      const reply = read(() => decode(octets))
      if ('refused' in reply || isAnswerTo(reply, query)) finish(reply)
    })
    socket.connect(port, host, () => socket.send(encode(query)))
  })

const stream = ({ host, port }: Place, query: Packet, ms: number): Promise<Reply> =>
  new Promise((resolve) => {
    const socket = connect({ host, port })
    let octets = Buffer.alloc(0)
    const finish = (reply: Reply) => {
      clearTimeout(timer)
      socket.removeAllListeners().on('error', () => undefined)
      socket.destroy()
      resolve(reply)
    }
    const timer = setTimeout(() => finish('silent'), ms)
    socket.on('error', (error) => finish({ refused: messageOf(error) }))
    socket.on('end', () => finish({ refused: 'it hung up without an answer' }))
    socket.on('data', (chunk) => {
      octets = Buffer.concat([octets, chunk])
      if (octets.length > LONGEST) return finish({ refused: 'its answer is too long' })
      if (octets.length < 2 || octets.length < 2 + octets.readUInt16BE(0)) return
      const reply = read(() => streamDecode(octets))
      finish('refused' in reply || isAnswerTo(reply, query) ? reply : { refused: 'it answers another question' })
    })
    socket.on('connect', () => socket.write(streamEncode(query)))
  })

const read = (decoding: () => Packet | null): Packet | { refused: string } => {
  try {
    return decoding() ?? { refused: 'its answer cannot be read' }
  } catch {
    return { refused: 'its answer cannot be read' }
  }
}

const isAnswerTo = (reply: Packet, query: Packet): boolean => {
  const [asked, answered] = [query.questions?.[0], reply.questions?.[0]]
  return (
    reply.type === 'response' &&
    reply.id === query.id &&
    answered?.type === asked?.type &&
    answered?.name.toLowerCase() === asked?.name.toLowerCase()
  )
}

const toRecord = (answer: Answer): DnsRecord[] => {
  switch (answer.type) {
    case 'SOA': {
      const { mname, refresh = 0, retry = 0, expire = 0, minimum = 0 } = answer.data
      return [{ type: 'SOA', soa: { primary: plain(mname), refresh, retry, expire, minimum } }]
    }
    case 'NS':
    case 'CNAME':
    case 'A':
    case 'AAAA':
      return [{ type: answer.type, value: plain(answer.data) }]
    default:
      return []
  }
}

const toHost = (answer: Answer): string[] => (answer.type === 'NS' ? [plain(answer.data)] : [])

const plain = (name: string): string => name.toLowerCase().replace(/\.$/, '')
