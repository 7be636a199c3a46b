import { afterEach, describe, expect, test } from 'vitest'
import { loadDemos } from '../../src/profiles/load.js'
import { run } from './program.js'
import { cleanUp, place } from './stage.js'

afterEach(cleanUp)

describe('the demo', () => {
  test('ends with 0 when each order ended as it should', async () => {
    const { code, stdout } = await run(await place(), ['demo', '--once'])
    expect(stdout).toContain('All 6 ended as they should.')
    expect(code).toBe(0)
  })

  test('plays the story of every profile in one gateway, of those by mail and of people', async () => {
    const profiles = [...(await loadDemos()).keys()]
    const { code, stdout } = await run(await place(), ['demo', '--once', '--profile', ...profiles])
    expect(stdout.match(/All \d+ ended as they should\./g)).toHaveLength(profiles.length)
    expect(stdout).toMatch(/ticket 1 was opened/)
    expect(stdout).toMatch(/the order 3700002 is completed/)
    expect(code).toBe(0)
  })

  // Which of them it is that a mail came for in time is the machine's matter: a deadline of the demo is three seconds.
  test.each([
    ['wrong-key', /\((\S+\.de)\) is timed-out.*untrusted/],
    ['unsigned', /\((\S+\.de)\) is timed-out.*untrusted/],
    ['silent', /sunrise-bakery\.de\) is timed-out.*the registry did not answer in time/],
  ])('ends with 1 under --behave %s, and says which order did not arrive and why', async (behave, words) => {
    const { code, stdout } = await run(await place(), ['demo', '--once', '--behave', behave])
    expect(code).toBe(1)
    expect(stdout).toMatch(words)
  })
})
