import { describe, expect, test } from 'vitest'
import { dutiesOf, type Role, refusalOf } from '../../src/serve/roles.js'

const POSTGRESQL = 'postgresql://db.example/sealpost'
const REDIS = 'redis://redis.example'

test.each<[Role[], string[]]>([
  [['all'], ['smtp', 'http', 'worker']],
  [['worker'], ['worker']],
  [
    ['worker', 'smtp', 'worker'],
    ['smtp', 'worker'],
  ],
  [
    ['http', 'all'],
    ['smtp', 'http', 'worker'],
  ],
])('%j: what the process does', (roles, duties) => {
  expect([...dutiesOf(roles)]).toEqual(duties)
})

describe('a part of the duties', () => {
  const worker = dutiesOf(['worker'])

  test('is refused on the embedded database, with what to do', () => {
    for (const redisUrl of [null, REDIS])
      expect(refusalOf(worker, { databaseUrl: null, redisUrl })).toMatch(/leave --role out, or .+ in DATABASE_URL and/)
  })

  test('is refused without a Redis, with what to do', () => {
    expect(refusalOf(worker, { databaseUrl: POSTGRESQL, redisUrl: null })).toMatch(/in REDIS_URL, or leave --role out/)
  })

  test('is taken where the others can be elsewhere', () => {
    expect(refusalOf(worker, { databaseUrl: POSTGRESQL, redisUrl: REDIS })).toBeNull()
  })
})

test.each<Role[][]>([[['all']], [['smtp', 'http', 'worker']]])('%j is taken everywhere', (roles) => {
  expect(refusalOf(dutiesOf(roles), { databaseUrl: null, redisUrl: null })).toBeNull()
})
