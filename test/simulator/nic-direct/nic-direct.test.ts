import { describe, expect, test } from 'vitest'
import { createMemory } from '../../../src/simulator/memory.js'
import personality from '../../../src/simulator/nic-direct/personality.js'

const CONTACTS = ['owner-c: JOWE0014', 'admin-c: JOWE0014', 'tech-c: ERMU0002', 'zone-c: ERMU0002']
const HOSTS = ['ns_name_1: ns1.example.net', 'ns_ip_1: 192.0.2.1', 'ns_name_2: ns2.example.org', 'ns_ip_2: 192.0.2.2']
const WHOLE = [...CONTACTS, ...HOSTS]

const request = (operation: string, sld: string, more: readonly string[] = []): string =>
  ['object: DOMAIN', `operation: ${operation}`, 'tracking-id: ref-1', 'tld: at', `sld: ${sld}`, ...more].join('\n')

/** A robot in whose memory `ours.at` is the gateway's. */
const ask = (text: string, subject = 'U1234 ref-1') => {
  const memory = createMemory()
  personality.handle({ subject, text: request('CREATE', 'ours', WHOLE) }, memory)
  const answer = personality.handle({ subject, text }, memory)
  return { memory, answer, error: /^error: +(.*)$/m.exec(answer.text)?.[1] ?? null }
}

test.each<[string, string]>([
  ['a registration', request('CREATE', 'example', [...WHOLE, 'period: 9'])],
  ['one in Unicode', request('CREATE', 'bücher', WHOLE)],
  ['a transfer', request('TRANSFER-IN', 'transfer-me', [...WHOLE, 'auth-info: Ab3-xY7_kQ'])],
  ['one without a password', request('TRANSFER-IN', 'transfer-me', WHOLE)],
  ['other name servers', request('UPDATE', 'ours', HOSTS)],
  ['another contact', request('UPDATE', 'ours', ['tech-c: A1'])],
  ['another owner', request('CHANGE-OWNER', 'ours', ['owner-c: A1'])],
  ['a lock', request('LOCK', 'ours')],
  ['its end', request('UNLOCK', 'ours')],
  ['a deletion', request('DELETE', 'ours')],
])('carries out %s', (_, text) => {
  const { answer } = ask(text)
  expect(answer).toMatchObject({ outcome: 'success', reference: 'ref-1' })
  expect(answer.text).toMatch(/^status: +success\ntracking-id: +ref-1\nobject: +DOMAIN\noperation: +[A-Z-]+\n/)
  expect(answer.text.endsWith(`\noriginal request:\nsubject: U1234 ref-1\n\n${text}`)).toBe(true)
})

describe('refuses', () => {
  test.each<[string, string, RegExp]>([
    ['a name that is taken', request('CREATE', 'taken-1', WHOLE), /not available/],
    ['a name that is reserved', request('CREATE', 'refuse-me', WHOLE), /reserved/],
    ['ten years', request('CREATE', 'example', [...WHOLE, 'period: 10']), /invalid period/],
    ['three contacts', request('CREATE', 'example', WHOLE.slice(1)), /missing owner-c/],
    ['a contact that is none', request('UPDATE', 'ours', ['tech-c: UNKNOWN1']), /invalid tech-c/],
    ['no name servers', request('CREATE', 'example', CONTACTS), /missing ns_name_1/],
    ['one name server', request('UPDATE', 'ours', HOSTS.slice(0, 2)), /missing ns_name_2/],
    ['one without its address', request('UPDATE', 'ours', HOSTS.slice(0, 3)), /invalid ip address/],
    ['another password', request('TRANSFER-IN', 'transfer-me', [...WHOLE, 'auth-info: x']), /invalid auth-info/],
    ['a transfer of what is here', request('TRANSFER-IN', 'ours', WHOLE), /in your account/],
    ["what is another's", request('DELETE', 'taken-1'), /not in your account/],
    ['what is not there', request('LOCK', 'nobodys'), /does not exist/],
    ['another operation', request('RENEW', 'ours'), /invalid operation/],
    ['another object', request('DELETE', 'ours').replace('DOMAIN', 'HOST'), /invalid object/],
    ['no name', request('DELETE', 'a b'), /invalid sld/],
    ['a tracking-id in capitals', request('DELETE', 'ours').replace('ref-1', 'REF'), /invalid tracking-id/],
    ['a key twice', `${request('DELETE', 'ours')}\nsld: other`, /sld is given twice/],
    ['prose', `Hello\n${request('DELETE', 'ours')}`, /invalid line/],
  ])('%s', (_, text, error) => {
    const { answer, ...said } = ask(text)
    expect(said.error).toMatch(error)
    expect(answer).toMatchObject({ outcome: 'failed' })
    expect(answer.text).toMatch(/^status: +failed\ntracking ID: /)
  })

  test('a subject without a USER_ID', () => {
    expect(ask(request('DELETE', 'ours'), 'hello').error).toBe('invalid USER_ID')
  })
})

test('a deletion frees the name; a change keeps what it does not say', () => {
  expect(ask(request('DELETE', 'ours')).memory.find('ours.at')).toBeNull()
  const held = ask(request('UPDATE', 'ours', ['tech-c: A1'])).memory.find('ours.at')
  expect(held).toMatchObject({ holders: ['JOWE0014'], provider: 'gateway' })
  expect(held?.nameservers.map(({ host }) => host)).toEqual(['ns1.example.net', 'ns2.example.org'])
})

test('a refusal changes nothing; it tells nothing unasked, and ignores who is not the gateway', () => {
  const { memory } = ask('')
  const order = { subject: 'U1234', text: request('DELETE', 'ours') }
  expect(personality.refuse(order).text).toMatch(/^error: +simulated refusal$/m)
  expect(memory.find('ours.at')).not.toBeNull()
  expect(personality.tell('moved', order, memory)).toBeNull()
  expect(personality.unauthenticated('no key')).toBeNull()
})
