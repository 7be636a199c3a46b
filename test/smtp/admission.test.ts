import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { admit, type Client, networkOf } from '../../src/smtp/admission.js'

const NOW = 1_000_000
const LIMITS = { perAddress: 3, maxClients: 6, patience: 30_000 }

/** A client from this address that came, or sent its last mail, so many milliseconds ago. */
const from = (address: string, ago = 0, waits = false): Client => ({
  network: networkOf(address),
  since: NOW - ago,
  waits,
})

const admission = (address: string, open: readonly Client[]) => admit({ address, at: NOW }, open, LIMITS)
const ADMITTED = { kind: 'admitted', leaves: null }
const many = (count: number, address: string): Client[] => Array.from({ length: count }, () => from(address))

describe('clients of one network', () => {
  test.each([
    { address: '192.0.2.7', alreadyOpen: 2, kind: 'admitted' },
    { address: '192.0.2.7', alreadyOpen: 3, kind: 'refused' },
    { address: '2001:db8::1', alreadyOpen: 3, kind: 'refused' },
    { address: '127.0.0.1', alreadyOpen: 5, kind: 'admitted' },
    { address: '127.9.8.7', alreadyOpen: 5, kind: 'admitted' },
    { address: '::1', alreadyOpen: 5, kind: 'admitted' },
    { address: '::ffff:127.0.0.1', alreadyOpen: 5, kind: 'admitted' },
  ])('$kind: $address with $alreadyOpen open', ({ address, alreadyOpen, kind }) => {
    expect(admission(address, many(alreadyOpen, address)).kind).toBe(kind)
  })

  test('do not count for others', () => {
    expect(admission('192.0.2.8', many(3, '192.0.2.7'))).toEqual(ADMITTED)
  })

  test.each([
    { address: '192.0.2.7', network: '192.0.2.7' },
    { address: '::ffff:192.0.2.7', network: '192.0.2.7' },
    { address: '2001:db8:0:1::1', network: '2001:db8:0:1::/64' },
    { address: '2001:DB8:0:1:ffff:1:2:3', network: '2001:db8:0:1::/64' },
    { address: '2001:db8::1', network: '2001:db8:0:0::/64' },
    { address: 'fe80::1%eth0', network: 'fe80:0:0:0::/64' },
    { address: '::2', network: '0:0:0:0::/64' },
    { address: '::1', network: 'loopback' },
    { address: '127.255.0.1', network: 'loopback' },
    { address: '128.0.0.1', network: '128.0.0.1' },
    { address: '1127.0.0.1', network: '1127.0.0.1' },
    { address: '127.0.0.1.example', network: '127.0.0.1.example' },
    { address: '', network: '' },
  ])('$address is of $network', ({ address, network }) => {
    expect(networkOf(address)).toBe(network)
  })
})

describe('a full door', () => {
  test('gives a newcomer the place of the network that has the most: of its longest without a mail', () => {
    const longest = from('192.0.2.1', 300)
    const open = [from('192.0.2.1', 200), longest, from('192.0.2.1', 100), ...many(2, '192.0.2.2'), from('192.0.2.3')]
    expect(admission('192.0.2.9', open)).toEqual({ kind: 'admitted', leaves: longest })
  })

  test('changes nothing between networks that are as good as even', () => {
    const open = ['1', '2', '3'].flatMap((host) => many(2, `192.0.2.${host}`))
    expect(admission('192.0.2.9', open).kind).toBe('admitted')
    expect(admission('192.0.2.1', open).kind).toBe('refused')
    const single = ['1', '2', '3', '4', '5', '6'].map((host) => from(`192.0.2.${host}`))
    expect(admission('192.0.2.9', single)).toMatchObject({ kind: 'refused', text: expect.stringMatching(/^4\.3\.2 /) })
  })

  test('never turns out who waits for the answer to a whole message', () => {
    const open = [from('192.0.2.1', 900, true), from('192.0.2.1', 800), ...many(4, '192.0.2.2')]
    expect(admission('192.0.2.9', open.slice(0, 2).concat(many(4, '192.0.2.1')))).toMatchObject({ leaves: open[1] })
    const waiting = Array.from({ length: 6 }, () => from('192.0.2.1', 60_000, true))
    expect(admission('192.0.2.9', waiting).kind).toBe('refused')
  })

  test('leaves loopback out of the crowd, and lets it in', () => {
    const relay = many(4, '127.0.0.1')
    const stranger = from('192.0.2.1', 5)
    expect(admission('192.0.2.9', [...relay, stranger, from('192.0.2.1')])).toEqual({
      kind: 'admitted',
      leaves: stranger,
    })
    expect(admission('127.0.0.1', [...relay, stranger, from('192.0.2.1')])).toEqual({
      kind: 'admitted',
      leaves: stranger,
    })
    expect(admission('192.0.2.9', [...relay, from('192.0.2.1'), from('192.0.2.2')]).kind).toBe('refused')
  })

  test('turns out the longest without a mail when patience is over, wherever it is from', () => {
    const patient = (ago: number) => [from('127.0.0.1', ago), ...many(5, '127.0.0.1')]
    expect(admission('127.0.0.1', patient(29_999)).kind).toBe('refused')
    const open = patient(30_000)
    expect(admission('127.0.0.1', open)).toEqual({ kind: 'admitted', leaves: open[0] })
  })

  test('cannot be kept shut from fewer addresses than it has places', () => {
    const addresses = fc.integer({ min: 1, max: 5 }).map((host) => `192.0.2.${host}`)
    fc.assert(
      fc.property(fc.array(addresses, { minLength: 6, maxLength: 6 }), (held) => {
        const open = held.map((address) => from(address))
        const result = admission('198.51.100.1', open)
        expect(result.kind).toBe('admitted')
        expect(result.kind === 'admitted' && result.leaves !== null && open.includes(result.leaves)).toBe(true)
      }),
    )
  })
})
