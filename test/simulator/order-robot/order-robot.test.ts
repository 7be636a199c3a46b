import { describe, expect, test } from 'vitest'
import { createMemory } from '../../../src/simulator/memory.js'
import personality from '../../../src/simulator/order-robot/personality.js'

const form = (action: string, domain: string, ...more: string[]): string =>
  [
    ...['Reference: ref-1', '#HS.DOMAIN.TEMPLATE', 'ROBOT_DEBUG=""', 'DOMAIN_ADMIN="xyz00"'],
    ...[`DOMAIN_ACTION="${action}" ; what to do`, `DOMAIN_NAME="${domain}"`, ...more, '#'],
  ].join('\n')

/** A robot in whose memory `ours.com` is the gateway's, and the words of its answer. */
const ask = (text: string) => {
  const memory = createMemory()
  personality.handle({ subject: '', text: form('register', 'ours.com') }, memory)
  personality.handle({ subject: '', text: form('register', 'ours.de') }, memory)
  const answer = personality.handle({ subject: '', text }, memory)
  const texts = [answer.text, ...(answer.later ?? [])]
  return { memory, answer, texts, words: texts.map((one) => /DOMAIN_STATUS="(.*)"/.exec(one)?.[1]).join(' ') }
}

describe('carries out, a mail a word', () => {
  test.each([
    ['register', 'example.com', 'init filed REG-req REG-OK delegated connected'],
    ['transfer', 'example.com', 'init filed KK-req KK-ACK delegated connected'],
    ['transfer', 'transfer-nack.com', 'init filed KK-req KK-NACK KK-ACK delegated connected'],
    ['update', 'ours.com', 'init filed update connected'],
    ['lock', 'ours.com', 'init filed update connected'],
    ['close', 'ours.com', 'init filed closed'],
    ['transit', 'ours.com', 'init filed gone'],
  ])('%s %s', (action, domain, words) => {
    expect(ask(form(action, domain))).toMatchObject({
      words,
      answer: { outcome: 'success', reference: 'ref-1', domain },
    })
  })
})

describe('refuses', () => {
  test.each([
    ['a name that is taken', form('register', 'taken-1.com'), /taken/],
    ['a name that is reserved', form('transfer', 'refuse-me.com'), /reserved/],
    ['a transfer of what is here', form('transfer', 'ours.com'), /here already/],
    ['what is not registered', form('close', 'nobodys.com'), /not registered/],
    ["what is another account's", form('update', 'taken-1.com'), /not yours/],
    ['a lock of .de', form('lock', 'ours.de'), /no lock/],
    ['a handle that is none', form('register', 'example.com', 'OWNER_HANDLE="UNKNOWN@HANDLES.DE"'), /no such handle/],
    ['what people do', form('setup', 'example.com'), /by hand/],
    ['an answer to nobody', form('KK-NACK', 'ours.com'), /nobody asks/],
    ['another action', form('renew', 'ours.com'), /unknown DOMAIN_ACTION/],
    ['a debug word', form('close', 'ours.com').replace('DEBUG=""', 'DEBUG="1"'), /ROBOT_DEBUG/],
    ['a line without quotes', form('close', 'ours.com', 'A=b'), /not FIELD/],
    ['a field twice', form('close', 'ours.com', 'DOMAIN_NAME="x.com"'), /twice/],
    ['no form', 'Hello', /no form/],
  ])('%s', (_, text, error) => {
    const { answer, words } = ask(text)
    expect(words).toBe('error')
    expect(answer.text).toMatch(error)
    expect(answer.outcome).toBe('failed')
  })
})

test('an owner by data gets a handle, with the word by which the name is ours', () => {
  const { texts } = ask(form('register', 'example.com', 'OWNER_NAME="Erika"'))
  expect(texts.filter((text) => /^OWNER_HANDLE="N\d+@HANDLES\.DE"$/m.test(text))).toHaveLength(2)
})

test('tells unasked that a name is gone or closed, without a reference', () => {
  const { memory } = ask('')
  const tell = (news: 'moved' | 'deleted' | 'failing', name: string) =>
    personality.tell(news, { subject: '', text: form('close', name) }, memory)
  expect(tell('failing', 'ours.com')).toBeNull()
  expect(tell('moved', 'ours.com')).toMatch(/DOMAIN_STATUS="gone"/)
  expect(tell('moved', 'ours.com')).toBeNull()
  expect(tell('deleted', 'ours.de')).not.toMatch(/ORDER_REFERENCE|DOMAIN_ACTION/)
})

test('tells that another provider asks for a name of ours, and takes one answer', () => {
  const { memory } = ask('')
  const say = (action: string, name: string) => personality.handle({ subject: '', text: form(action, name) }, memory)
  const asks = (name: string) => personality.ask?.({ subject: '', text: form('lock', name) }, memory)
  expect(asks('nobodys.com')).toBeNull()
  expect(asks('ours.com')).toMatch(/DOMAIN_NOTICE="KK-req"\nNEW_PROVIDER="PROVIDER-2"\nANSWER_UNTIL="[^"]+Z"\n#$/)
  expect(say('KK-NACK', 'ours.com').later?.at(-1)).toMatch(/DOMAIN_STATUS="KK-NACK"/)
  expect(memory.find('ours.com')?.provider).toBe('gateway')
  expect(say('KK-ACK', 'ours.com').outcome).toBe('failed')
  asks('ours.de')
  expect(say('KK-ACK', 'ours.de').later?.at(-1)).toMatch(/DOMAIN_STATUS="gone"/)
  expect(memory.find('ours.de')?.provider).toBe('another')
})
