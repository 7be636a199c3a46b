import { afterEach, describe, expect, test } from 'vitest'
import { run } from './program.js'
import { cleanUp, place } from './stage.js'

afterEach(cleanUp)

describe('the demo', () => {
  test('ends with 0 when each order ended as it should', async () => {
    const { code, stdout } = await run(await place(), ['demo', '--once'])
    expect(stdout).toContain('All 6 ended as they should.')
    expect(code).toBe(0)
  })

  test('plays a profile whose orders people carry out, beside one by mail', async () => {
    const profiles = ['--profile', 'denic', 'manual']
    const { code, stdout } = await run(await place(), ['demo', '--once', ...profiles])
    expect(stdout).toMatch(/All 6 ended as they should\.[\s\S]*All 5 ended as they should\./)
    expect(stdout).toMatch(/ticket 1 was opened/)
    expect(code).toBe(0)
  })

  test.each([
    ['wrong-key', /sunrise-bakery\.de\) is timed-out.*untrusted/],
    ['unsigned', /sunrise-bakery\.de\) is timed-out.*untrusted/],
    ['silent', /sunrise-bakery\.de\) is timed-out.*the registry did not answer in time/],
  ])('ends with 1 under --behave %s, and says which order did not arrive and why', async (behave, words) => {
    const { code, stdout } = await run(await place(), ['demo', '--once', '--behave', behave])
    expect(code).toBe(1)
    expect(stdout).toMatch(words)
  })
})
