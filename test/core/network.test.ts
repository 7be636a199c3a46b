import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isPublicAddress, specialUseOf } from '../../src/core/network.js'

describe('public addresses', () => {
  test.each([
    ...['8.8.8.8', '1.1.1.1', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255'],
    ...['128.0.0.0', '169.253.255.255', '169.255.0.0', '172.15.255.255', '172.32.0.0', '192.0.1.0', '192.167.255.255'],
    ...['192.169.0.0', '198.17.255.255', '198.20.0.0', '223.255.255.255', '1.0.0.0'],
    ...['2001:200::1', '2606:4700:4700::1111', '2a00:1450:4001:829::200e', '2003::1', '3ffe:ffff::1', '2000::'],
    ...['64:ff9b::8.8.8.8', '64:ff9b::808:808'],
  ])('%s', (address) => {
    expect([specialUseOf(address), isPublicAddress(address)]).toEqual([null, true])
  })
})

describe('addresses that are not', () => {
  test.each([
    ['0.0.0.0', 'this network'],
    ['0.255.255.255', 'this network'],
    ['10.0.0.0', 'private'],
    ['10.255.255.255', 'private'],
    ['172.16.0.0', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.0.0', 'private'],
    ['192.168.255.255', 'private'],
    ['100.64.0.0', 'shared by the customers of a provider'],
    ['100.127.255.255', 'shared by the customers of a provider'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.255', 'loopback'],
    ['169.254.0.0', 'link-local'],
    ['169.254.169.254', 'link-local'],
    ['192.0.0.1', 'of the IETF for protocols'],
    ['192.31.196.1', 'of the IETF for protocols'],
    ['192.52.193.1', 'of the IETF for protocols'],
    ['192.175.48.1', 'of the IETF for protocols'],
    ['192.0.2.1', 'for documentation'],
    ['198.51.100.255', 'for documentation'],
    ['203.0.113.0', 'for documentation'],
    ['192.88.99.1', 'of 6to4 relays'],
    ['198.18.0.0', 'for benchmarks'],
    ['198.19.255.255', 'for benchmarks'],
    ['224.0.0.1', 'multicast'],
    ['239.255.255.255', 'multicast'],
    ['240.0.0.0', 'reserved or broadcast'],
    ['255.255.255.255', 'reserved or broadcast'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['0:0:0:0:0:0:0:1', 'loopback'],
    ['::2', 'not global unicast'],
    ['::127.0.0.1', 'not global unicast'],
    ['::ffff:127.0.0.1', 'IPv4-mapped'],
    ['::ffff:7f00:1', 'IPv4-mapped'],
    ['::ffff:8.8.8.8', 'IPv4-mapped'],
    ['64:ff9b::7f00:1', 'NAT64 of an address that is loopback'],
    ['64:ff9b::10.0.0.1', 'NAT64 of an address that is private'],
    ['64:ff9b::169.254.169.254', 'NAT64 of an address that is link-local'],
    ['64:ff9b::', 'NAT64 of an address that is this network'],
    ['64:ff9b::1', 'NAT64 of an address that is this network'],
    ['64:ff9b:1::8.8.8.8', 'of a local NAT64'],
    ['64:ff9b:0:0:1::1', 'not global unicast'],
    ['100::1', 'for discarding'],
    ['100:0:0:1::1', 'for discarding'],
    ['2001::1', 'Teredo'],
    ['2001:0:ffff:ffff:ffff:ffff:ffff:ffff', 'Teredo'],
    ['2001:2::1', 'of the IETF for protocols'],
    ['2001:10::1', 'of the IETF for protocols'],
    ['2001:1ff::1', 'of the IETF for protocols'],
    ['2620:4f:8000::1', 'of the IETF for protocols'],
    ['2001:db8::1', 'for documentation'],
    ['3fff:fff::1', 'for documentation'],
    ['2002:7f00:1::', '6to4'],
    ['2002:808:808::1', '6to4'],
    ['5f00::1', 'for segment routing'],
    ['4000::1', 'not global unicast'],
    ['1fff::1', 'not global unicast'],
    ['fc00::1', 'unique local (private)'],
    ['fdff:ffff::1', 'unique local (private)'],
    ['fe80::1', 'link-local'],
    ['febf::1', 'link-local'],
    ['fec0::1', 'site-local'],
    ['ff02::1', 'multicast'],
    ['fe80::1%eth0', 'no IP address'],
    ['2606:4700::1%eth0', 'no IP address'],
    ['localhost', 'no IP address'],
    ['2130706433', 'no IP address'],
    ['0x7f.0.0.1', 'no IP address'],
    ['', 'no IP address'],
  ])('%s is %s', (address, use) => {
    expect([specialUseOf(address), isPublicAddress(address)]).toEqual([use, false])
  })
})

test('an IPv4 address is as public in NAT64 as it is alone, and never public as IPv4-mapped', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      expect(isPublicAddress(`64:ff9b::${address}`)).toBe(isPublicAddress(address))
      expect(isPublicAddress(`::ffff:${address}`)).toBe(false)
    }),
  )
})

test('an IPv6 address outside 2000::/3 and NAT64 is never public', () => {
  const group = fc.integer({ min: 0, max: 0xffff })
  fc.assert(
    fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
      const [first = 0] = groups
      const address = groups.map((value) => value.toString(16)).join(':')
      if (isPublicAddress(address)) expect(first >> 13).toBe(1)
    }),
  )
})
