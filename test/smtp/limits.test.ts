import { describe, expect, test } from 'vitest'
import { countHops } from '../../src/smtp/limits.js'

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
