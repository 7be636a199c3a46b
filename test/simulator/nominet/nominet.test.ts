import { describe, expect, test } from 'vitest'
import { createMemory } from '../../../src/simulator/memory.js'
import personality from '../../../src/simulator/nominet/personality.js'

const REGISTER = [
  ...['operation: request', 'key: example.co.uk', 'account-name: Bakery Ltd', 'addr: 1 Example Street', 'country: GB'],
  ...['a1-name: Erika Muster', 'a1-email: erika@example.net', 'dns0: ns1.example.net', 'dns1: ns2.example.org'],
]
const named = (name: string) => REGISTER.map((line) => line.replace('example.co.uk', name))
const without = (field: string) => REGISTER.filter((line) => !line.startsWith(field))
const about = (operation: string, ...fields: string[]) => [`operation: ${operation}`, 'key: ours.co.uk', ...fields]

/** A registry in whose memory `ours.co.uk` is on the gateway's tag, and what it answers to one mail. */
const ask = (subject: string, lines: readonly string[]) => {
  const memory = createMemory()
  personality.handle({ subject: 'EXAMPLE REQUEST', text: named('ours.co.uk').join('\n') }, memory)
  return { memory, answer: personality.handle({ subject, text: lines.join('\n') }, memory) }
}

describe('carries out', () => {
  test.each<[string, string[], RegExp, string]>([
    [
      'EXAMPLE REQUEST',
      REGISTER,
      /^application for the domain name\n\nexample\.co\.uk\n[\s\S]*^Account: S10001$/m,
      'example.co.uk ACCEPTED',
    ],
    [
      'EXAMPLE Request',
      ['operation: request', 'key: example.co.uk', 'account-id: 10001'],
      /^example\.co\.uk$/m,
      'example.co.uk ACCEPTED',
    ],
    [
      'EXAMPLE MODIFY',
      about('modify', 'dns0: ns3.example.net', 'dns1: null'),
      /^The delegation for ours\.co\.uk has been updated/m,
      'Re: ACK EXAMPLE modify',
    ],
    ['EXAMPLE RENEW', about('renew'), /^The delegation for ours\.co\.uk has been updated/m, 'Re: ACK EXAMPLE renew'],
    ['EXAMPLE DELETE', about('delete'), /^The delegation for ours\.co\.uk has been updated/m, 'Re: ACK EXAMPLE delete'],
    [
      'EXAMPLE RELEASE',
      about('release', 'registrar-tag: DETAGGED'),
      /^The following domain names were released:\n\nours\.co\.uk\n/m,
      'Re: ACK EXAMPLE release',
    ],
    ['EXAMPLE QUERY', about('query'), /^\*key: ours\.co\.uk\n[\s\S]*^\*dns1: ns2\.example\.org$/m, 'Re: EXAMPLE Query'],
  ])('%s %j', (subject, lines, text, answered) => {
    const { answer } = ask(subject, lines)
    expect(answer).toMatchObject({ outcome: 'success', subject: answered })
    expect(answer.text).toMatch(text)
  })
})

describe('does not carry out', () => {
  test.each<[string, string, string[]]>([
    ['V000', 'request', REGISTER],
    ['V000', 'EXAMPLE REQUEST [ref-1]', REGISTER],
    ['V001', 'EXAMPLE DANCE', REGISTER],
    ['V001', 'EXAMPLE RENEW', REGISTER.slice(0, 2)],
    ['V007', 'EXAMPLE REQUEST', [...REGISTER, 'Dear registry']],
    ['V007', 'EXAMPLE RENEW', about('renew', 'dns0: ns1.example.net')],
    ['V008', 'EXAMPLE REQUEST', without('key')],
    ['V008', 'EXAMPLE REQUEST', ['']],
    ['V009', 'EXAMPLE REQUEST', named('example.com')],
    ['V013', 'EXAMPLE MODIFY', about('modify', 'account-name: Other')],
    ['V016', 'EXAMPLE RELEASE', about('release', 'registrar-tag: no tag')],
    ['V205', 'EXAMPLE REQUEST', named('refuse-me.co.uk')],
    ['V900', 'EXAMPLE REQUEST', named('taken-1.co.uk')],
    ['V901', 'EXAMPLE RENEW', ['operation: renew', 'key: taken-1.co.uk']],
    ['V902', 'EXAMPLE REQUEST', without('country')],
  ])('%s: %s %j', (code, subject, lines) => {
    const { answer } = ask(subject, lines)
    expect(answer.outcome).toBe('failed')
    expect(answer.text).toMatch(
      new RegExp(
        `^The following error occurred while processing\nyour [\\s\\S]*^${code} .+\n\nYour original message follows\n-{79}\n`,
        'm',
      ),
    )
    expect(answer.text.endsWith(lines.join('\n'))).toBe(true)
  })
})

test('several requests of a mail have an answer each', () => {
  const { answer } = ask('EXAMPLE RENEW', [...about('renew'), '', '', 'operation: renew', 'key: taken-1.co.uk', ''])
  expect(answer.text).toContain('ours.co.uk has been updated')
  expect(answer.later).toHaveLength(1)
  expect(answer.later?.[0]).toMatch(/V901[\s\S]*key: taken-1\.co\.uk$/)
})

test('remembers what it did: fields that are not named stay, and those that are null are empty', () => {
  const { memory } = ask('EXAMPLE MODIFY', about('modify', 'dns0: ns1.ours.co.uk 192.0.2.1', 'dns2: ns3.example.net'))
  expect(memory.find('ours.co.uk')?.nameservers).toEqual([
    { host: 'ns1.ours.co.uk', addresses: ['192.0.2.1'] },
    { host: 'ns2.example.org', addresses: [] },
    { host: 'ns3.example.net', addresses: [] },
  ])
  const cleared = ask('EXAMPLE MODIFY', about('modify', 'dns1: null')).memory
  expect(cleared.find('ours.co.uk')?.nameservers.map(({ host }) => host)).toEqual(['ns1.example.net'])
  expect(ask('EXAMPLE DELETE', about('delete')).memory.find('ours.co.uk')).toBeNull()
  expect(ask('EXAMPLE RELEASE', about('release', 'registrar-tag: X')).memory.find('ours.co.uk')?.provider).toBe(
    'another',
  )
})

test('tells of a cancellation, ignores what is not signed, and refuses when it is told to', () => {
  const { memory } = ask('EXAMPLE QUERY', about('query'))
  const order = { subject: 'EXAMPLE QUERY', text: about('query').join('\n') }
  expect(personality.tell('moved', order, memory)).toBeNull()
  expect(personality.tell('deleted', order, memory)).toMatch(/^ours\.co\.uk\n\nhas been cancelled by\n/m)
  expect(personality.tell('deleted', order, memory)).toBeNull()
  expect(personality.unauthenticated('no key')).toBeNull()
  expect(personality.refuse(order)).toMatchObject({ outcome: 'failed', text: expect.stringMatching(/^V015 /m) })
})
