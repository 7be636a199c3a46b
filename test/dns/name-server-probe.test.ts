import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { Answer } from 'dns-packet'
import { encode } from 'dns-packet'
import { afterEach, describe, expect, test } from 'vitest'
import { askByTcp, askByUdp } from '../../src/dns/dns-client.js'
import { createNameServerProbe } from '../../src/dns/name-server-probe.js'
import { type DnsServer, type Script, startDnsServer } from '../helpers/dns-server.js'

const servers: DnsServer[] = []
const start = async (script: Script): Promise<DnsServer> => {
  const server = await startDnsServer(script)
  servers.push(server)
  return server
}
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

/** Long enough for a machine that has much to do. */
const PATIENT_MS = 20_000
const question = { name: 'example.de', type: 'SOA' } as const
const soa: Answer = {
  ...{ type: 'SOA', name: 'example.de', class: 'IN', ttl: 60 },
  data: {
    mname: 'NS1.example.net.',
    rname: 'a.example.net',
    serial: 1,
    refresh: 10,
    retry: 20,
    expire: 30,
    minimum: 40,
  },
}

describe('a question to a name server', () => {
  test('is answered with what we read of it: names in lower case, no recursion asked for', async () => {
    const { place, asked } = await start(() => ({ answers: [soa], ra: true }))
    expect(await askByUdp(place, question, PATIENT_MS)).toEqual({
      ...{ kind: 'answer', rcode: 'NOERROR', authoritative: true, recursive: true, referral: [] },
      records: [{ type: 'SOA', soa: { primary: 'ns1.example.net', refresh: 10, retry: 20, expire: 30, minimum: 40 } }],
    })
    expect(asked).toEqual(['udp example.de SOA'])
  })

  test('by TCP is answered the same', async () => {
    const answers: Answer[] = ['b.example.net', 'A.example.net'].map((data) => ({
      type: 'NS',
      name: 'example.de',
      data,
    }))
    const { place } = await start(() => ({ answers, aa: false, rcode: 3 }))
    expect(await askByTcp(place, { name: 'example.de', type: 'NS' }, PATIENT_MS)).toMatchObject({
      ...{ kind: 'answer', rcode: 'NXDOMAIN', authoritative: false },
      records: [{ value: 'b.example.net' }, { value: 'a.example.net' }],
    })
  })

  test('that does not fit into a datagram is asked again by TCP', async () => {
    const { place, asked } = await start((_, by) => (by === 'udp' ? { tc: true } : { answers: [soa] }))
    expect(await askByUdp(place, question, PATIENT_MS)).toMatchObject({ kind: 'answer', records: [{ type: 'SOA' }] })
    expect(asked).toEqual(['udp example.de SOA', 'tcp example.de SOA'])
  })

  test('is asked twice by UDP, and then it is silent', async () => {
    const { place, asked } = await start(() => 'silent')
    expect(await askByUdp(place, question, 200)).toEqual({ kind: 'silent' })
    expect(new Set(asked)).toEqual(new Set(['udp example.de SOA']))
    expect(await askByTcp(place, question, 200)).toEqual({ kind: 'silent' })
  })

  test.each<[string, Buffer]>([
    ['octets that are no message', Buffer.from('nonsense')],
    ['nothing', Buffer.alloc(0)],
  ])('is refused by %s', async (_, octets) => {
    const { place } = await start(() => octets)
    expect(await askByUdp(place, question, PATIENT_MS)).toMatchObject({ kind: 'refused' })
  })

  test('is not answered by an answer to another', async () => {
    const other = encode({ type: 'response', id: 1, questions: [{ type: 'SOA', name: 'other.de' }], answers: [soa] })
    const { place } = await start(() => other)
    expect(await askByUdp(place, question, 200)).toEqual({ kind: 'silent' })
  })

  test('by TCP is refused where the answer is to another, and where nobody listens', async () => {
    const other = encode({ type: 'response', id: 1, questions: [{ type: 'SOA', name: 'other.de' }] })
    const framed = Buffer.concat([Buffer.from([0, other.length]), other])
    const { place } = await start(() => framed)
    expect(await askByTcp(place, question, PATIENT_MS)).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/another question/),
    })
    const socket = createSocket('udp4').bind(0, '127.0.0.1')
    await once(socket, 'listening')
    const nobody = { host: '127.0.0.1', port: socket.address().port }
    expect(await askByTcp(nobody, question, PATIENT_MS)).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/ECONNREFUSED/),
    })
    socket.close()
    await once(socket, 'close')
    expect(await askByUdp(nobody, question, PATIENT_MS)).toMatchObject({ kind: 'refused' })
  })
})

describe('the probe', () => {
  test.each([
    ['127.0.0.1', /loopback/],
    ['10.1.2.3', /private/],
    ['192.0.2.1', /documentation/],
    ['::1', /loopback/],
    ['4000::1', /not global unicast/],
    ['nonsense', /no IP address/],
  ])('asks nobody at %s', async (address, reason) => {
    const asking = createNameServerProbe().ask(address, { ...question, tcp: false })
    expect(await asking).toEqual({ kind: 'unroutable', reason: expect.stringMatching(reason) })
  })

  test('looks hosts up, of both kinds; a host without addresses is absent, and a DNS that is away says nothing', async () => {
    const { port } = await start(({ name, type }) => {
      if (name === 'away.example.net') return { rcode: 2 }
      if (name === 'half.example.net') return type === 'A' ? { rcode: 2 } : {}
      if (name === 'none.example.net') return { rcode: 3 }
      const data = type === 'A' ? '192.0.2.1' : '2001:DB8:0::1'
      return { answers: [{ type: type === 'A' ? 'A' : 'AAAA', name, data }] }
    })
    const probe = createNameServerProbe({ servers: [`127.0.0.1:${port}`], timeoutMs: PATIENT_MS })
    expect(await probe.resolve('ns.example.net')).toEqual({ kind: 'found', addresses: ['192.0.2.1', '2001:db8::1'] })
    expect(await probe.resolve('none.example.net')).toEqual({ kind: 'absent' })
    expect(await probe.resolve('away.example.net')).toMatchObject({ kind: 'unknown' })
    expect(await probe.resolve('half.example.net')).toMatchObject({ kind: 'unknown' })
  })
})
