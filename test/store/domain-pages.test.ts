import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { DomainState } from '../../src/core/domain.js'
import { DOMAIN_SORTS, type DomainFilter } from '../../src/core/domain-list.js'
import { eachDatabase, type TestDatabase } from '../helpers/database.js'
import { aConnection, aDomain } from './samples.js'

const HOUR = 3_600_000
const SINCE = new Date('2026-07-01T10:00:00Z').getTime()

/** In the order in which they come: name, state, and for how many hours it has been in that. */
const DOMAINS: [string, DomainState, number][] = [
  ['delta.de', 'registered', 5],
  ['alpha.de', 'failed', 1],
  ['charlie.co.uk', 'registered', 5],
  ['none.de', 'none', 9],
  ['bravo.uk', 'faulty', 3],
  ['echo.de', 'pending', 2],
  ['foxtrot.de', 'gone', 7],
  ['golf.de', 'failed', 5],
]

await eachDatabase((_, open) => {
  let database: TestDatabase
  let [first, second] = ['', '']
  beforeAll(async () => {
    database = await open()
  })
  const put = async ([name, state, hours]: [string, DomainState, number], connection = first) =>
    database.store.domains.save(
      aDomain(connection, { name, unicodeName: name, state, since: new Date(SINCE - hours * HOUR) }),
    )
  beforeEach(async () => {
    await database.empty()
    const connections = [aConnection(), aConnection()]
    for (const connection of connections) await database.store.connections.insert(connection)
    ;[first, second] = connections.map(({ id }) => id) as [string, string]
    for (const domain of DOMAINS) await put(domain, domain[0] === 'bravo.uk' ? second : first)
  })

  const page = (filter: DomainFilter, limit: number, cursor: string | null) =>
    database.store.domains.list(filter, { limit, cursor })
  const short = (name: string): string => name.slice(0, 1)
  /** All pages, one after the other; `meanwhile` between two of them. */
  const all = async (filter: DomainFilter, limit = 2, meanwhile = async () => {}): Promise<string> => {
    const names: string[] = []
    for (let cursor: string | null = null; ; ) {
      const { items, next } = await page(filter, limit, cursor)
      names.push(...items.map(({ name }) => short(name)))
      if (next === null) return names.join('')
      cursor = next
      await meanwhile()
    }
  }

  describe.each([1, 3, 50])('%i at a time', (limit) => {
    test.each([
      [undefined, 'gfebcad'],
      ['name', 'abcdefg'],
      ['-name', 'gfedcba'],
      ['status', 'ecdgbaf'],
      ['-status', 'fgbacde'],
      ['age', 'aebgcdf'],
      ['-age', 'fdcgbea'],
    ] as const)('domains are sorted by %s', async (sort, names) => {
      expect(await all({ sort }, limit)).toBe(names)
    })
  })

  test.each<[DomainFilter, string]>([
    [{ status: 'Error', sort: 'name' }, 'abg'],
    [{ status: 'Error', registered: false, sort: '-age' }, 'ga'],
    [{ status: 'Error', sort: '-status' }, 'gba'],
    [{ registered: true, sort: 'name' }, 'bcd'],
    [{ status: 'Gone', registered: true }, ''],
    [{ tld: 'de', sort: 'name' }, 'adefg'],
    [{ tld: 'uk', sort: 'name' }, 'bc'],
    [{ tld: 'co.uk' }, 'c'],
    [{ tld: 'e' }, ''],
    [{ part: 'l', sort: 'name' }, 'acdg'],
    [{ part: '%' }, ''],
    [{ part: '\0' }, ''],
    [{ tld: '%' }, ''],
  ])('of %j there are %s', async (filter, names) => {
    expect(await all(filter)).toBe(names)
  })

  test('of a connection, or a part of their U-label', async () => {
    expect(await all({ connectionId: second })).toBe('b')
    expect(await all({ connectionId: 'nobody' })).toBe('')
    const umlaut = { name: 'xn--bcher-kva.de', unicodeName: 'bücher.de' }
    await database.store.domains.save(aDomain(first, { ...umlaut, state: 'registered' }))
    expect(await all({ part: 'büch' })).toBe('x')
  })

  test.each([undefined, ...DOMAIN_SORTS])(
    'what comes between two pages sorted by %s moves nothing that was there',
    async (sort) => {
      let count = 0
      const before = await all({ sort })
      const seen = await all({ sort }, 2, async () => {
        await put([
          `${'zmyk'[count % 4]}${count++}.de`,
          (['registered', 'failed', 'pending'] as const)[count % 3] ?? 'gone',
          count,
        ])
      })
      expect([...seen].filter((letter) => before.includes(letter)).join('')).toBe(before)
    },
  )

  test('a page of one sort is none of another', async () => {
    const { next } = await page({ sort: 'name' }, 2, null)
    for (const sort of [undefined, ...DOMAIN_SORTS.filter((one) => one !== 'name')])
      await expect(page({ sort }, 2, next)).rejects.toMatchObject({
        code: 'invalid',
        problems: [{ pointer: '/cursor' }],
      })
  })
})
