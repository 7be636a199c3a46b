import { describe, expect, test } from 'vitest'
import personality from '../../../src/simulator/knipp-drs/personality.js'
import { createMemory } from '../../../src/simulator/memory.js'

const WHOLE = [
  'section: 2',
  'id: C-1',
  'section: 3',
  'id: C-2',
  'section: 6',
  'ns.1: ns1.example.net',
  'ns.2: ns2.example.org',
]

const form = (mode: string, name: string, more: readonly string[] = WHOLE, authInfo = '') =>
  [
    ...['# a comment', 'section: 0', 'doc-id: appli-en-de.txt', 'version: 5.0.0', 'reference: ref-1', ''],
    ...['section: 1', `mode: ${mode}`, `domain: ${name}`, 'comment:', `authinfo: ${authInfo}`, ...more],
  ].join('\n')

/** A registrar that has `ours.de` for the gateway, and the last of what it answers. */
const ask = (text: string) => {
  const memory = createMemory({}, () => new Date('2026-06-01T12:00:00Z'))
  personality.handle({ text: form('new', 'ours.de'), subject: '' }, memory)
  const answer = personality.handle({ text, subject: '' }, memory)
  const texts = [answer.text, ...(answer.later ?? [])]
  return {
    memory,
    answer,
    codes: texts.map((one) => /^result\.code: (\d{5})$/m.exec(one)?.[1]),
    last: texts.at(-1) ?? '',
  }
}

const KEY = 'Ab3-xY7_kQ'

test.each<[string, string, string[]]>([
  ['a registration', form('new', 'example.de'), ['10000']],
  ['one without a mode', form('', 'example.de'), ['10000']],
  ['one that is not delegated', form('new', 'example.de', [...WHOLE, 'ns.3: lame.example.net']), ['23300']],
  ['a name that is taken', form('new', 'taken-1.de'), ['20302']],
  ['a name that is ours', form('new', 'OURS.de'), ['20302']],
  ['a reserved name', form('new', 'refuse-me.de'), ['20303']],
  [
    'a contact that is not there',
    form(
      'new',
      'example.de',
      WHOLE.map((line) => line.replace('C-2', 'UNKNOWN')),
    ),
    ['20305'],
  ],
  ['one name server', form('new', 'example.de', WHOLE.slice(0, -1)), ['20300']],
  ['a transfer', form('kk', 'transfer-me.de', WHOLE, KEY), ['10310', '10000']],
  ['one with another key', form('kk', 'transfer-me.de', WHOLE, 'x'), ['20304']],
  ['one of ours', form('kk', 'ours.de', WHOLE, KEY), ['20302']],
  ['an update', form('update', 'ours.de'), ['10000']],
  ['one of nobody', form('update', 'nobodys.de'), ['20301']],
  ['one of somebody else', form('update', 'taken-1.de'), ['20304']],
  ['a deletion', form('delete', 'ours.de', []), ['10000']],
])('%s', (_, text, codes) => {
  const { answer, ...read } = ask(text)
  expect(read.codes).toEqual(codes)
  expect(read.last).toMatch(/^### DRS Response\n[\s\S]*^reference: ref-1\ndomain\.name: /m)
  expect(answer.beside).toMatch(/^Content-Type: text\/plain/)
})

describe('a form that is not well formed', () => {
  test.each<[string, string, string[]]>([
    ['a malformed line', `${form('new', 'example.de')}\nhello`, ['20201']],
    ['no section 2', form('new', 'example.de', WHOLE.slice(2)), ['20202']],
    ['a section that there is not', form('new', 'example.de', [...WHOLE, 'section: 7']), ['20203']],
    ['no AuthInfo', form('kk', 'transfer-me.de'), ['20204']],
    ['a field before the sections', `x: y\n${form('new', 'example.de')}`, ['20205']],
    ['no version', form('new', 'example.de').replace('5.0.0', 'x'), ['20206']],
    ['a mode that there is not', form('renew', 'example.de'), ['20206']],
    ['a field twice', form('new', 'example.de', [...WHOLE, 'ns.2: x']), ['20207']],
    ['sections in another order', form('new', 'example.de', [...WHOLE.slice(2), ...WHOLE.slice(0, 2)]), ['20208']],
    ['a deletion with contacts', form('delete', 'ours.de'), ['20209', '20209', '20209']],
  ])('%s', (_, text, codes) => {
    const { last } = ask(text)
    expect(last).toMatch(/^result\.code: 20001$/m)
    expect([...last.matchAll(/^result\.\d+\.code: (\d+)$/gm)].map(([, code]) => code)).toEqual(codes)
  })
})

test('it tells of a transfer away by its code, of domains of the gateway alone', () => {
  const { memory } = ask(form('update', 'ours.de'))
  const tell = (name: string) => personality.tell('moved', { text: form('update', name), subject: '' }, memory)
  expect([tell('taken-1.de'), tell('ours.de')]).toEqual([null, expect.stringMatching(/^result\.code: 10303$/m)])
  expect(memory.find('ours.de')?.provider).toBe('another')
})

test('a refusal is one; mails that are not the gateway’s are thrown away', () => {
  expect(personality.refuse({ text: form('new', 'example.de'), subject: '' }).text).toMatch(/^result\.code: 20300$/m)
  expect(personality.unauthenticated('no key')).toBeNull()
})
