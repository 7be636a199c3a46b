import { describe, expect, test } from 'vitest'
import denic from '../../../src/simulator/denic/personality.js'
import { createMemory, type RegistryMemory, type Seed, USUAL_AUTHINFO } from '../../../src/simulator/memory.js'
import { orderText } from '../gateway.js'

/** The registry as its orders reach it; their subjects mean nothing here. */
const personality = {
  handle: (text: string, memory: RegistryMemory) => denic.handle({ text, subject: '' }, memory),
  refuse: (text: string) => denic.refuse({ text, subject: '' }),
  unauthenticated: denic.unauthenticated,
}

type Case = {
  what: string
  name?: string
  order?: Record<string, string | string[]>
  result: 'success' | 'failed'
  codes: string[]
}

const seed: Seed = {
  taken: ['seeded.de'],
  holdings: [{ name: 'Elsewhere.de', authInfo: 'secret-123' }],
}

/** A registry in which `ours.de` is held by the gateway, and `lost.de` registered, not delegated. */
const registry = () => {
  const memory = createMemory(seed)
  personality.handle(orderText('ours.de'), memory)
  personality.handle(orderText('lost.de', { Nserver: ['lame.example.net', 'ns2.example.org'] }), memory)
  return memory
}

const codesOf = (text: string) => [...text.matchAll(/^(?:INFO|WARNING|ERROR): (\d{11}) \S/gm)].map(([, code]) => code)

const run = ({ name = 'example.de', order = {}, result, codes }: Case) => {
  const memory = registry()
  const answer = personality.handle(orderText(name, order), memory)
  expect(codesOf(answer.text)).toEqual(codes)
  expect(answer.text).toMatch(new RegExp(`^RESULT: ${result}\nSTID: [0-9a-f-]{36}\n`))
  return { answer, memory }
}

const GLUE = { Nserver: ['ns1.example.de 192.0.2.53', 'ns1.example.de 2001:db8::53', 'ns2.example.net'] }
const CHPROV = { Action: 'CHPROV', AuthInfo: USUAL_AUTHINFO }
const UPDATE = { Action: 'UPDATE' }

describe('CREATE', () => {
  const cases: Case[] = [
    { what: 'a free name', result: 'success', codes: ['16000063119'] },
    { what: 'an internationalised name', name: 'bücher-müller.de', result: 'success', codes: ['16000063119'] },
    {
      what: 'its A-label beside it',
      name: 'bücher.de',
      order: { 'Domain-Ace': 'xn--bcher-kva.de' },
      result: 'success',
      codes: ['16000063119'],
    },
    {
      what: 'a foreign A-label beside it',
      order: { 'Domain-Ace': 'other.de' },
      result: 'failed',
      codes: ['63000000007'],
    },
    { what: 'glue of both kinds', order: GLUE, result: 'success', codes: ['16000063119'] },
    {
      what: 'entries instead of name servers',
      order: { Nserver: [], Nsentry: 'example.de IN A 192.0.2.1' },
      result: 'success',
      codes: ['16000063119'],
    },
    { what: 'a name that begins with taken', name: 'taken-1.de', result: 'failed', codes: ['53300062010'] },
    { what: 'a name that begins with transfer', name: 'transfer-1.de', result: 'failed', codes: ['53300062010'] },
    { what: 'a seeded name', name: 'seeded.de', result: 'failed', codes: ['53300062010'] },
    { what: 'a name that is ours', name: 'OURS.de', result: 'failed', codes: ['53300062010'] },
    { what: 'a reserved name', name: 'refuse-me.de', result: 'failed', codes: ['53000020002'] },
    { what: 'an unknown holder', order: { Holder: 'DENIC-1234-UNKNOWN1' }, result: 'failed', codes: ['53000060009'] },
    { what: 'a handle of another form', order: { Holder: 'MUSTER' }, result: 'failed', codes: ['53000060009'] },
    {
      what: 'an unknown role',
      order: { 'General-Request': 'DENIC-1-UNKNOWN' },
      result: 'failed',
      codes: ['53000060009'],
    },
    {
      what: 'known roles',
      order: { Generalrequest: 'DENIC-1-G', Abusecontact: 'DENIC-1-A' },
      result: 'success',
      codes: ['16000063119'],
    },
    { what: 'no holder', order: { Holder: [] }, result: 'failed', codes: ['63000000007'] },
    {
      what: 'one holder twice',
      order: { Holder: ['DENIC-1-A', 'denic-1-a'] },
      result: 'failed',
      codes: ['63000000007'],
    },
    { what: 'one name server', order: { Nserver: 'ns1.example.net' }, result: 'failed', codes: ['53300102912'] },
    {
      what: 'one name server twice',
      order: { Nserver: ['ns1.example.net', 'ns1.example.net.'] },
      result: 'failed',
      codes: ['53300102912'],
    },
    { what: 'no name server', order: { Nserver: [] }, result: 'failed', codes: ['53300102912'] },
    {
      what: 'missing glue',
      order: { Nserver: ['ns1.example.de', 'ns2.example.net'] },
      result: 'failed',
      codes: ['53300102902'],
    },
    {
      what: 'glue outside',
      order: { Nserver: ['ns1.example.net 192.0.2.1', 'ns2.example.net'] },
      result: 'success',
      codes: ['16000063119', '33300102912'],
    },
    {
      what: 'a bad address',
      order: { Nserver: ['ns1.example.de 192.0.2.256', 'ns2.example.net'] },
      result: 'failed',
      codes: ['53300102912'],
    },
    {
      what: 'two addresses on a line',
      order: { Nserver: ['ns1.example.de 192.0.2.1 192.0.2.2', 'ns2.example.net'] },
      result: 'failed',
      codes: ['63000000007'],
    },
    {
      what: 'name servers and entries',
      order: { Nsentry: 'example.de IN A 192.0.2.1' },
      result: 'failed',
      codes: ['63000000007'],
    },
    {
      what: 'a lame host',
      order: { Nserver: ['lame1.example.net', 'ns2.example.net'] },
      result: 'success',
      codes: ['53300102912', '33300102900'],
    },
    {
      what: 'a broken host',
      order: { Nserver: ['ns1.broken.example', 'ns2.example.net'] },
      result: 'success',
      codes: ['53300102912', '33300102900'],
    },
    { what: 'a name elsewhere', name: 'example.net', result: 'failed', codes: ['63000000007'] },
    { what: 'a subdomain', name: 'www.example.de', result: 'failed', codes: ['63000000007'] },
    { what: 'no name', order: { Domain: [] }, result: 'failed', codes: ['63000000007'] },
    { what: 'another version', order: { Version: '4.0' }, result: 'failed', codes: ['63000000007'] },
    { what: 'two actions', order: { Action: ['CREATE', 'DELETE'] }, result: 'failed', codes: ['63000000007'] },
    { what: 'an unknown key', order: { Colour: 'blue' }, result: 'failed', codes: ['63000000007'] },
    { what: 'a key of nothing', order: { Dnskey: '' }, result: 'failed', codes: ['63000000007'] },
    { what: 'a short reference', order: { Ctid: 'ab' }, result: 'failed', codes: ['63000000007'] },
    {
      what: 'a line without a colon',
      order: { Holder: 'DENIC-1-A\nnonsense' },
      result: 'failed',
      codes: ['63000000006'],
    },
    { what: 'a section', order: { Holder: 'DENIC-1-A\n[Holder]' }, result: 'failed', codes: ['63000000006'] },
  ]
  test.each(cases)('$what', (given) => {
    const before = registry().find('example.de')
    const { memory } = run(given)
    expect(before).toBeNull()
    if (given.name === undefined) expect(memory.find('example.de') === null).toBe(given.result === 'failed')
  })
})

describe('CHPROV', () => {
  const cases: Case[] = [
    {
      what: 'a name elsewhere',
      name: 'transfer-1.de',
      order: CHPROV,
      result: 'success',
      codes: ['16000063119', '16330088732'],
    },
    {
      what: 'a taken name',
      name: 'taken-1.de',
      order: CHPROV,
      result: 'success',
      codes: ['16000063119', '16330088732'],
    },
    {
      what: 'a wrong password',
      name: 'transfer-1.de',
      order: { ...CHPROV, AuthInfo: 'wrong-one' },
      result: 'failed',
      codes: ['53300088733'],
    },
    {
      what: 'a seeded password',
      name: 'elsewhere.de',
      order: { ...CHPROV, AuthInfo: 'secret-123' },
      result: 'success',
      codes: ['16000063119', '16330088732'],
    },
    {
      what: 'the usual password for a seeded one',
      name: 'elsewhere.de',
      order: CHPROV,
      result: 'failed',
      codes: ['53300088733'],
    },
    { what: 'any name with the usual password', order: CHPROV, result: 'success', codes: ['16000063119'] },
    {
      what: 'a name that nobody has',
      order: { ...CHPROV, AuthInfo: 'wrong-one' },
      result: 'failed',
      codes: ['63300062009'],
    },
    { what: 'a name that is ours', name: 'ours.de', order: CHPROV, result: 'failed', codes: ['53300088734'] },
    { what: 'a reserved name', name: 'refuse-1.de', order: CHPROV, result: 'failed', codes: ['53000020002'] },
    {
      what: 'a short password',
      name: 'transfer-1.de',
      order: { ...CHPROV, AuthInfo: 'short' },
      result: 'failed',
      codes: ['63000000007'],
    },
    {
      what: 'no password',
      name: 'transfer-1.de',
      order: { Action: 'CHPROV' },
      result: 'failed',
      codes: ['63000000007'],
    },
    {
      what: 'an unknown holder',
      name: 'transfer-1.de',
      order: { ...CHPROV, Holder: 'DENIC-1-UNKNOWN' },
      result: 'failed',
      codes: ['53000060009'],
    },
  ]
  test.each(cases)('$what', (given) => {
    const { memory, answer } = run(given)
    if (answer.outcome === 'success') expect(memory.find(given.name ?? 'example.de')?.provider).toBe('gateway')
    else if (given.name?.startsWith('transfer')) expect(memory.find(given.name)?.provider).toBe('another')
  })
})

describe('UPDATE, CHHOLDER and DELETE', () => {
  const other = { Holder: 'DENIC-1234-OTHER' }
  const cases: Case[] = [
    { what: 'UPDATE of ours', name: 'ours.de', order: UPDATE, result: 'success', codes: ['16000063119'] },
    { what: 'UPDATE mends the delegation', name: 'lost.de', order: UPDATE, result: 'success', codes: ['16000063119'] },
    {
      what: 'UPDATE with a lame host',
      name: 'ours.de',
      order: { ...UPDATE, Nserver: ['lame.example.net', 'ns2.example.net'] },
      result: 'success',
      codes: ['53300102912', '33300102900'],
    },
    { what: 'UPDATE of a free name', order: UPDATE, result: 'failed', codes: ['63300062009'] },
    { what: 'UPDATE of a name elsewhere', name: 'taken.de', order: UPDATE, result: 'failed', codes: ['53000020002'] },
    {
      what: 'UPDATE with another holder',
      name: 'ours.de',
      order: { ...UPDATE, ...other },
      result: 'failed',
      codes: ['63000000007'],
    },
    {
      what: 'UPDATE with one name server',
      name: 'ours.de',
      order: { ...UPDATE, Nserver: 'ns1.example.net' },
      result: 'failed',
      codes: ['53300102912'],
    },
    {
      what: 'CHHOLDER',
      name: 'ours.de',
      order: { Action: 'CHHOLDER', ...other },
      result: 'success',
      codes: ['16000063119'],
    },
    { what: 'DELETE', name: 'ours.de', order: { Action: 'DELETE', Nserver: [] }, result: 'success', codes: [] },
    {
      what: 'DELETE with another holder',
      name: 'ours.de',
      order: { Action: 'DELETE', ...other },
      result: 'failed',
      codes: ['63000000007'],
    },
    {
      what: 'an action that there is not',
      name: 'ours.de',
      order: { Action: 'constructor' },
      result: 'failed',
      codes: ['63000000007'],
    },
  ]
  test.each(cases)('$what', (given) => {
    run(given)
  })

  test('leave the registry as they say', () => {
    const memory = registry()
    personality.handle(
      orderText('lost.de', { ...UPDATE, Nserver: ['ns1.lost.de 192.0.2.1', 'ns2.example.net'] }),
      memory,
    )
    personality.handle(orderText('ours.de', { Action: 'DELETE', Nserver: [] }), memory)
    expect(memory.find('ours.de')).toBeNull()
    expect(memory.find('lost.de')).toMatchObject({
      delegated: true,
      nameservers: [
        { host: 'ns1.lost.de', addresses: ['192.0.2.1'] },
        { host: 'ns2.example.net', addresses: [] },
      ],
    })
  })
})

describe('RESTORE, TRANSIT and the AuthInfo', () => {
  const bare = (memory: ReturnType<typeof registry>, name: string, order: Record<string, string>): string =>
    personality.handle(orderText(name, { Holder: [], Nserver: [], ...order }), memory).text
  const day = (ahead: number) =>
    new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '')
  const digest = 'ab'.repeat(32)
  const create = { Action: 'CREATE-AUTHINFO1', AuthInfoHash: digest, AuthInfoExpire: day(29) }

  test('a deletion is undone once, and not after somebody took the name', () => {
    const memory = registry()
    const before = memory.find('ours.de')
    expect(codesOf(bare(memory, 'ours.de', { Action: 'RESTORE' }))).toEqual(['63300062011'])
    bare(memory, 'ours.de', { Action: 'DELETE' })
    expect(bare(memory, 'ours.de', { Action: 'RESTORE' })).toMatch(/^RESULT: success/)
    expect(memory.find('ours.de')).toEqual(before)
    bare(memory, 'ours.de', { Action: 'DELETE' })
    personality.handle(orderText('ours.de'), memory)
    bare(memory, 'ours.de', { Action: 'DELETE' })
    expect(codesOf(bare(memory, 'never.de', { Action: 'RESTORE' }))).toEqual(['63300062009'])
  })

  test.each([
    ['true', 'success', 'another'],
    ['false', 'success', 'another'],
    ['perhaps', 'failed', 'gateway'],
  ])('TRANSIT with Disconnect %s', (disconnect, result, provider) => {
    const memory = registry()
    const answer = bare(memory, 'ours.de', { Action: 'TRANSIT', Disconnect: disconnect })
    expect(answer).toMatch(new RegExp(`^RESULT: ${result}`))
    expect(memory.find('ours.de')?.provider).toBe(provider)
  })

  test.each([
    ['a digest and a day', {}, []],
    ['no digest', { AuthInfoHash: 'AB' }, ['63000000007']],
    ['a day too far', { AuthInfoExpire: day(32) }, ['63000000007']],
    ['a day that is over', { AuthInfoExpire: day(-2) }, ['63000000007']],
    ['no day', { AuthInfoExpire: '20250230x' }, ['63000000007']],
  ])('CREATE-AUTHINFO1 with %s', (_, change, codes) => {
    expect(codesOf(bare(registry(), 'ours.de', { ...create, ...change }))).toEqual(codes)
  })

  test('DELETE-AUTHINFO1 takes back what there is', () => {
    const memory = registry()
    const take = () => codesOf(bare(memory, 'ours.de', { Action: 'DELETE-AUTHINFO1' }))
    expect(take()).toEqual(['63300088735'])
    bare(memory, 'ours.de', create)
    expect(take()).toEqual(['16330088732'])
    expect(take()).toEqual(['63300088735'])
  })
})

describe('CHECK and INFO', () => {
  const ask = (action: string, name: string) =>
    personality.handle(`version: 5.0\nACTION: ${action}\nDOMAIN: ${name}`, registry()).text

  test.each([
    ['example.de', 'free'],
    ['ours.de', 'connect'],
    ['lost.de', 'failed'],
    ['taken.de', 'connect'],
  ])('CHECK of %s says %s', (name, status) => expect(ask('CHECK', name)).toContain(`\nStatus: ${status}`))

  test('INFO says whose it is', () => {
    expect(ask('INFO', 'ours.de')).toMatch(
      /\n\nDomain: ours\.de\n[\s\S]*Nserver: ns1\.example\.net\.\n[\s\S]*RegAccId: DENIC-1234\n/,
    )
    expect(ask('INFO', 'taken.de')).toContain('RegAccId: DENIC-99999')
    expect(ask('INFO', 'example.de')).toContain('ERROR: 63300062009 ')
  })

  test('a reference is refused', () => {
    expect(
      run({ what: '', order: { Action: 'INFO' }, result: 'failed', codes: ['63000000007'] }).answer.reference,
    ).toBe('gw-1')
  })
})

test('the reference is echoed as it came, and left out where there was none', () => {
  const memory = createMemory()
  const echoed = (order: Record<string, string | string[]>) =>
    personality.handle(orderText('example.de', order), memory).text
  expect(echoed({ Ctid: 'A~b/c:d-123' })).toMatch(/\nCTID: A~b\/c:d-123$/)
  expect(echoed({ Ctid: [] })).not.toContain('CTID')
})

test('seeded handles are the only ones', () => {
  const memory = createMemory({ handles: ['denic-1-known'] })
  const answer = (holder: string) => personality.handle(orderText('example.de', { Holder: holder }), memory).outcome
  expect([answer('DENIC-1-OTHER'), answer('DENIC-1-KNOWN')]).toEqual(['failed', 'success'])
})

test('a refusal and a bad signature each answer with an error', () => {
  expect(personality.refuse(orderText('example.de'))).toMatchObject({ outcome: 'failed', reference: 'gw-1' })
  expect(personality.unauthenticated('no key')?.text).toMatch(
    /^RESULT: failed\nSTID: .*\nERROR: 60009500901 .*\[no key\]$/,
  )
})
