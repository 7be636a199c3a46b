import { beforeEach, expect, test, vi } from 'vitest'
import { aUser } from '../helpers/records.js'

/** What was verified against what; the real functions do the work. */
const verified = vi.hoisted((): string[] => [])
vi.mock('@node-rs/argon2', async (load) => {
  const real = await load<typeof import('@node-rs/argon2')>()
  return {
    ...real,
    verify: (hashed: string, password: string) => {
      verified.push(hashed)
      return real.verify(hashed, password)
    },
  }
})
// Files share their modules: what another one loaded has the real functions.
vi.resetModules()
const { hash } = await import('@node-rs/argon2')
const { isPasswordOf } = await import('../../src/http/accounts.js')

const user = aUser({ passwordHash: await hash('correct horse') })

beforeEach(() => {
  verified.length = 0
})

/** The algorithm and what it costs: `$argon2id$v=19$m=19456,t=2,p=1`. */
const costOf = (hashed: string | undefined): string | undefined => hashed?.split('$').slice(0, 4).join('$')

test('a password is compared by argon2id, at the cost that OWASP advises at least', async () => {
  expect([await isPasswordOf(user, 'correct horse'), await isPasswordOf(user, 'wrong horse')]).toEqual([true, false])
  const [, memory, passes] = /m=(\d+),t=(\d+)/.exec(user.passwordHash) ?? []
  expect([Number(memory) >= 19_456, Number(passes) >= 2]).toEqual([true, true])
})

test('for a name that no user has as much is done as for one that has', async () => {
  expect(await isPasswordOf(null, 'correct horse')).toBe(false)
  expect(verified.map(costOf)).toEqual([costOf(user.passwordHash)])
})

test('a password without end is refused unhashed, whoever it is for', async () => {
  for (const whose of [user, null]) expect(await isPasswordOf(whose, 'x'.repeat(257))).toBe(false)
  expect(verified).toEqual([])
})
