import { describe, expect, test } from 'vitest'
import personality from '../../../src/simulator/joker/personality.js'
import { createMemory } from '../../../src/simulator/memory.js'
import type { Answer } from '../../../src/simulator/personality.js'

const REGISTER = [
  ...['domains0:example.com', 'period:1', 'owner-contact-handle:CCOM-1', 'admin-contact-handle:CCOM-2'],
  ...['ns1-handle:ns1.example.net', 'ns2-handle:ns2.example.org'],
]
const CONTACT = [
  ...['individual:Y', 'name:Erika Muster', 'address-1:Weg 1', 'postal-code:50667', 'city:Koeln', 'country:DE'],
  ...['email:erika@example.net', 'phone:+49.30123456'],
]

/** A registrar in whose memory `ours.com` is the gateway's, and what it answers to one request. */
const ask = (subject: string, lines: readonly string[]) => {
  const memory = createMemory()
  const [name, ...rest] = REGISTER
  personality.handle(
    { subject: 'create com-order', text: [name?.replace('example', 'ours'), ...rest].join('\n') },
    memory,
  )
  return { memory, answer: personality.handle({ subject, text: lines.join('\n') }, memory) }
}

const lastOf = ({ text, later = [] }: Answer): string => later.at(-1) ?? text

const OURS = ['tld:com', 'sld:ours']
const TRANSFER = ['domains0:transfer-me.com', 'auth-id:Ab3-xY7_kQ', 'billing-contact-handle:CCOM-1']
const without = (key: string) => REGISTER.filter((line) => !line.startsWith(key))
const named = (name: string) => REGISTER.map((line) => line.replace('example.com', name))

describe('carries out, after it has acknowledged', () => {
  test.each<[string, string[]]>([
    ['create com-order', REGISTER],
    ['CREATE com-order [ref-1]', REGISTER],
    ['transfer com-domain', TRANSFER],
    ['modify domain', [...OURS, 'ns1-handle:ns3.example.net', 'ns2-handle:ns4.example.net']],
    ['modify domain', [...OURS, 'tech-contact-handle:CCOM-9']],
    ['renew com-domain', ['domains0:ours.com:2']],
    ['renew com-domain', ['domains0:ours.com:2028']],
    ['delete domain', [...OURS, 'force:1']],
    ['create dns-config', ['domains0:ours.com', 'A:@:192.0.2.1', 'A:www:192.0.2.1', 'MX:@:10:mail.example.net']],
    ['create com-contact', CONTACT],
  ])('%s %j', (subject, lines) => {
    const { answer } = ask(subject, lines)
    expect(answer.text).toMatch(/^Tracking-Id: \d+\nProc-ID: \d+\n[\s\S]*^Result: ACK$/m)
    expect(lastOf(answer)).toMatch(/^Completion-Status: ack$/m)
    expect(answer.outcome).toBe('success')
  })
})

describe('does not carry out, after it has acknowledged', () => {
  test.each<[number, string, string[]]>([
    [2302, 'create com-order', named('taken-1.com')],
    [2302, 'create com-order', named('ours.com')],
    [2306, 'create com-order', named('refuse-me.com')],
    [2303, 'create com-order', REGISTER.map((line) => line.replace('CCOM-1', 'UNKNOWN-1'))],
    [2003, 'create com-order', without('ns2')],
    [2202, 'transfer com-domain', TRANSFER.map((line) => line.replace('kQ', 'xx'))],
    [2106, 'transfer com-domain', TRANSFER.map((line) => line.replace('transfer-me', 'ours'))],
    [2303, 'modify domain', ['tld:com', 'sld:nobodys']],
    [2201, 'modify domain', ['tld:com', 'sld:taken-1']],
    [2306, 'modify domain', [...OURS, 'ns1-handle:ns3.example.net']],
    [2004, 'renew com-domain', ['domains0:ours.com:0']],
    [2005, 'create dns-config', ['domains0:ours.com', 'A:@:x']],
    [2003, 'create com-contact', CONTACT.map((line) => line.replace('individual:Y', 'individual:N'))],
  ])('%i: %s %j', (code, subject, lines) => {
    const { answer } = ask(subject, lines)
    expect(answer.text).toMatch(/^Result: ACK$/m)
    expect(lastOf(answer)).toMatch(
      new RegExp(`^Status-Code: ${code}$[\\s\\S]*^Completion-Status: nack$[\\s\\S]*^Error: .`, 'm'),
    )
    expect(answer.outcome).toBe('failed')
  })
})

describe('refuses at once what it cannot read', () => {
  test.each<[string, string, string[], RegExp]>([
    ['no subject', '', REGISTER, /unknown request type/],
    ['another subject', 'Re: create com-order', REGISTER, /unknown request type/],
    ['a type without its TLD', 'create order', REGISTER, /unknown request type/],
    ['no TLD of a type that has none', 'delete com-domain', OURS, /unknown request type/],
    ['a line of prose', 'create com-order', [...REGISTER, 'Hello'], /not a key:value pair/],
    ['a key twice', 'create com-order', [...REGISTER, 'period:2'], /period is given twice/],
    ['no period', 'create com-order', without('period'), /missing field: period/],
    ['no owner', 'create com-order', without('owner'), /missing field: owner-contact-handle/],
    ['another TLD', 'create net-order', REGISTER, /no \.net domain/],
    ['a name in Unicode', 'create com-order', named('bücher.com'), /invalid characters/],
  ])('%s', (_, subject, lines, error) => {
    const { answer } = ask(subject, lines)
    expect(answer.later).toBeUndefined()
    expect(answer.text).toMatch(/^Result: NACK$/m)
    expect(answer.text).toMatch(error)
  })
})

test('repeats the subject under its signature, and numbers both mails alike', () => {
  const { answer } = ask('renew com-domain [ref-1]', ['domains0:ours.com:1'])
  const [number = 'no number'] = /^Proc-ID: \d+$/m.exec(answer.text) ?? []
  for (const text of [answer.text, lastOf(answer)])
    expect(text).toMatch(/^Request: renew com-domain \[ref-1\]\nDomain: ours\.com$/m)
  expect(lastOf(answer).split('\n')).toContain(number)
  expect(answer).toMatchObject({ reference: 'ref-1', domain: 'ours.com' })
})

test('remembers what it did', () => {
  const { memory } = ask('create com-order', [
    ...REGISTER,
    'ns3-domain-name:ns3.example.com',
    'ns3-ip-address:192.0.2.1',
  ])
  expect(memory.find('example.com')?.nameservers).toEqual([
    { host: 'ns1.example.net', addresses: [] },
    { host: 'ns2.example.org', addresses: [] },
    { host: 'ns3.example.com', addresses: ['192.0.2.1'] },
  ])
  expect(ask('delete domain', OURS).memory.find('ours.com')).toBeNull()
})

test('ignores what is not signed, and refuses when it is told to', () => {
  expect(personality.unauthenticated('no key')).toBeNull()
  expect(personality.refuse({ subject: 'delete domain [ref-1]', text: OURS.join('\n') })).toMatchObject({
    outcome: 'failed',
    reference: 'ref-1',
  })
})
