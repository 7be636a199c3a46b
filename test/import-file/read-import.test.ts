import { describe, expect, test } from 'vitest'
import { readImport } from '../../src/import-file/read-import.js'

const settings = (...lines: string[]) => {
  const read = readImport('old.conf', lines.join('\n'))
  if (read.kind !== 'settings') throw new Error('these are no settings')
  return read
}
const domains = (...lines: string[]) => {
  const read = readImport('old.csv', lines.join('\n'))
  if (read.kind !== 'domains') throw new Error('these are no domains')
  return read
}
const told = (read: ReturnType<typeof readImport>) =>
  read.mistakes.map(({ line, subject, detail }) => `${line ?? '-'} ${subject} ${detail}`)

describe('what a file is', () => {
  test.each([
    ['a.csv', 'title = x', 'CSV'],
    ['A.CSV', '', 'CSV'],
    ['a.json', 'title = x', 'JSON'],
    ['a', '\n  { "prices": {} }', 'JSON'],
    ['a', '\ufeffdomain;account\n', 'CSV'],
    ['a.txt', '"domain","account"\n', 'CSV'],
    ['a.conf', 'title = a, b', 'key=value'],
    ['a.conf', 'tlds = de, at', 'key=value'],
    ['a', '', 'key=value'],
  ])('%s that begins %j is %s', (file, text, form) => {
    expect(readImport(file, text).form).toBe(form)
  })
})

describe('key=value', () => {
  test('nests by dots, knows lists and numbers, and has prices beside', () => {
    const read = settings(
      '\ufeff# an older installation',
      ...['', 'title = DENIC main # account', 'tlds = de, at', 'registry.to=a=b@c.example', 'relay.port = 2526\r'],
      ...['relay.tls = false', 'account.regacc = "007"', 'trust.keys = a.asc b.asc', 'support.name = ""'],
      ...['defaults.nameservers = ns1.a.de=192.0.2.1,192.0.2.2 ns2.b.de', 'relay.passwordEnv = RELAY_PASS'],
      ...['price.de.register = 9.90 EUR', 'price.co.uk.transfer = 8 GBP', 'price.рф.renew=1 USD'],
    )
    expect(told(read)).toEqual([])
    expect(read.connection).toEqual({
      ...{ title: 'DENIC main # account', tlds: ['de', 'at'], registry: { to: 'a=b@c.example' } },
      relay: { port: 2526, tls: false, passwordEnv: 'RELAY_PASS' },
      ...{ account: { regacc: '007' }, trust: { keys: ['a.asc', 'b.asc'] }, support: { name: '' } },
      defaults: { nameservers: [{ host: 'ns1.a.de', addresses: ['192.0.2.1', '192.0.2.2'] }, { host: 'ns2.b.de' }] },
    })
    expect(read.prices).toEqual([
      { line: 13, tld: 'de', action: 'register', amount: '9.90', currency: 'EUR' },
      { line: 14, tld: 'co.uk', action: 'transfer', amount: '8', currency: 'GBP' },
      { line: 15, tld: 'xn--p1ai', action: 'renew', amount: '1', currency: 'USD' },
    ])
    expect([read.lines.get('title'), read.lines.get('registry.to')]).toEqual([3, 5])
  })

  test('of prices alone has no connection', () => {
    expect(settings('price.de.register = 1 EUR').connection).toBeNull()
  })

  test('has all its mistakes told at once, each with its line, and no secret', () => {
    const read = settings(
      ...[
        'title = a',
        'title = b',
        'no such line',
        '= x',
        'tlds =',
        'relay.password = hunter2',
        'account.apiKey = hunter2',
      ],
      ...['registry = x', 'registry.to = y', 'trust.keys = a', 'trust = b', 'lookup = "/check.sh', 'lookup.x = 1'],
      ...['price.de.fly = 1 EUR', 'price.de.register = 1', 'price..register = 1 EUR', 'price.register = 1 EUR'],
      ...['price.at.renew = 1 EUR', 'price.AT.renew = 2 EUR', '__proto__.x = 1', 'a..b = 1'],
    )
    const all = told(read)
    expect(all.map((text) => text.split(' ').slice(0, 2).join(' ')).sort()).toEqual(
      [
        ...['2 title', '3 the', '4 the', '5 tlds', '6 relay.password', '7 account.apiKey', '9 registry.to', '11 trust'],
        ...['12 lookup', '14 price.de.fly', '15 price.de.register', '16 the', '17 price.register', '19 price.AT.renew'],
        ...['20 the', '21 the'],
      ].sort(),
    )
    expect(all.join('\n')).toContain('2 title is on line 1 already')
    expect(all.join('\n')).toContain('name that as relay.passwordEnv')
    expect(JSON.stringify(read.mistakes)).not.toContain('hunter2')
    expect(Object.prototype).not.toHaveProperty('x')
  })
})

describe('JSON', () => {
  const json = (value: unknown) => {
    const read = readImport('old.json', typeof value === 'string' ? value : JSON.stringify(value))
    if (read.kind !== 'settings') throw new Error('these are no settings')
    return read
  }

  test('has a connection as in its file, and prices by TLD and action', () => {
    const read = json({ connection: { title: 'a' }, prices: { de: { register: '9.90 EUR' } } })
    expect([read.connection, read.prices, read.mistakes]).toEqual([
      { title: 'a' },
      [{ line: null, tld: 'de', action: 'register', amount: '9.90', currency: 'EUR' }],
      [],
    ])
    expect(json({ prices: {} }).connection).toBeNull()
  })

  test.each([
    ['{"connection": {"relay": {"password": "hunter2"', 'the file is no JSON'],
    ['hunter2', 'the file is no JSON'],
    [[], 'the file must be an object'],
    [{ connection: [] }, 'connection must be an object'],
    [{ prices: 1 }, 'prices must be an object'],
    [{ prices: { de: '9' } }, 'prices.de must be an object'],
    [{ prices: { de: { register: 9.9 } } }, 'prices.de.register is no price'],
    [{ title: 'a' }, 'title is not known here'],
    [{ connection: { relay: [{ password: 'hunter2' }] } }, 'relay.0.password looks like a password'],
    ['{"__proto__": {}, "prices": {"__proto__": {"register": "1 EUR"}}}', '__proto__ is not known here'],
  ])('%j is told', (value, words) => {
    const all = told(json(value)).join('\n')
    expect(all).toContain(words)
    expect(all).not.toContain('hunter2')
  })
})

describe('a table of domains', () => {
  test('becomes domains, with empty cells left out', () => {
    const read = domains(
      'domain,account,connection,status,registeredAt,expiresAt,nameservers,dnssec,holder,tech',
      'bücher.de,cust-7,DENIC main,Registered,2020-02-29,2027-01-01T10:00:00+01:00,"ns1.bücher.de=192.0.2.53 ns2.b.de",257 3 13 AA== | 257 3 13 BB==,A-1,B-2 B-3',
      'other.de,cust-8,,registered,,,,,,',
    )
    expect(read).toMatchObject({ form: 'CSV', mistakes: [] })
    expect(read.domains).toEqual([
      {
        ...{ line: 2, name: 'xn--bcher-kva.de', unicodeName: 'bücher.de', account: 'cust-7', connection: 'DENIC main' },
        nameservers: [
          { host: 'ns1.bücher.de', addresses: ['192.0.2.53'] },
          { host: 'ns2.b.de', addresses: [] },
        ],
        dnssec: ['257 3 13 AA==', '257 3 13 BB=='],
        contacts: { holder: [{ handle: 'A-1' }], tech: [{ handle: 'B-2' }, { handle: 'B-3' }] },
        ...{ registeredAt: new Date('2020-02-29'), expiresAt: new Date('2027-01-01T09:00:00Z') },
      },
      {
        ...{ line: 3, name: 'other.de', unicodeName: 'other.de', account: 'cust-8', connection: null },
        ...{ nameservers: null, dnssec: null, contacts: {}, registeredAt: null, expiresAt: null },
      },
    ])
  })

  test('has all its mistakes told at once, each with its line', () => {
    const read = domains(
      'domain,account,status,expiresAt,holder,colour',
      ...['a.b.de,c,,,,', 'a.de,,,,,', 'b.de,c,Closed,,,', 'c.de,c,,31.01.2026,,', 'd.de,c,,2026-02-30,,'],
      ...['e.de,c,,,,,7', 'f.de,c,,,A\u0007,', 'g.de,c,,,,', 'G.DE,c,,,,', ',c,,,,'],
    )
    expect(read.mistakes.map(({ line, subject }) => `${line} ${subject}`)).toEqual([
      '1 column "colour"',
      ...['2 domain', '3 account', '4 status', '5 expiresAt', '6 expiresAt', '7 the line', '8 holder', '10 g.de'],
      '11 domain',
    ])
    expect(read.domains.map(({ name }) => name)).toEqual(['g.de'])
  })

  test.each([
    ['', '1 the file is empty'],
    ['domain\na.de', '1 column account is missing'],
    ['domain,account', '2 the file has no domain'],
    ['domain,account\n"a.de,c', '2 the line is no CSV'],
    [`domain,account\n${'a.de,c\n'.repeat(10_001)}`, '- the file has 10001 domains'],
  ])('of %.30j is refused', (text, words) => {
    expect(told(domains(text)).join('\n')).toContain(words)
  })
})
