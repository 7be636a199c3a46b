import { describe, expect, test } from 'vitest'
import { countHops, isLoopback, refuseClient } from '../../src/smtp/limits.js'

describe('clients of one address', () => {
  test.each([
    { address: '192.0.2.7', alreadyOpen: 0, refused: false },
    { address: '192.0.2.7', alreadyOpen: 49, refused: false },
    { address: '192.0.2.7', alreadyOpen: 50, refused: true },
    { address: '2001:db8::1', alreadyOpen: 50, refused: true },
    { address: '127.0.0.1', alreadyOpen: 5_000, refused: false },
    { address: '127.9.8.7', alreadyOpen: 5_000, refused: false },
    { address: '::1', alreadyOpen: 5_000, refused: false },
    { address: '::ffff:127.0.0.1', alreadyOpen: 5_000, refused: false },
  ])('$alreadyOpen open from $address: refused is $refused', ({ address, alreadyOpen, refused }) => {
    const reason = refuseClient({ address, alreadyOpen, perAddress: 50 })
    expect(reason === null).toBe(!refused)
    if (refused) expect(reason).toContain(address)
  })

  test.each(['128.0.0.1', '1127.0.0.1', '127.0.0.1.example', '::2', ''])('%j is not loopback', (address) => {
    expect(isLoopback(address)).toBe(false)
  })
})

describe('hops', () => {
  const received = 'Received: from a.example by b.example; Mon, 3 Mar 2025 10:00:00 +0000\r\n'
  test.each([
    { title: 'none', raw: 'Subject: x\r\n\r\n', hops: 0 },
    { title: 'three', raw: `${received.repeat(3)}Subject: x\r\n\r\nbody`, hops: 3 },
    { title: 'in any case, folded', raw: 'RECEIVED: a\r\n\tReceived: folded\r\nreceived : b\r\n\r\n', hops: 2 },
    { title: 'not in the body', raw: `Subject: x\r\n\r\n${received}`, hops: 0 },
    { title: 'not in a body after bare line feeds', raw: `Subject: x\n\n${received}`, hops: 0 },
    { title: 'without a body', raw: received.repeat(2), hops: 2 },
    { title: 'other fields with a like name', raw: 'X-Received: a\r\nReceived-SPF: pass\r\n\r\n', hops: 0 },
  ])('$title', ({ raw, hops }) => {
    expect(countHops(Buffer.from(raw))).toBe(hops)
  })
})
