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

  test('ends with 1 under a wrong key, and says which order did not arrive and why', async () => {
    const { code, stdout } = await run(await place(), ['demo', '--once', '--behave', 'wrong-key'])
    expect(code).toBe(1)
    expect(stdout).toMatch(/sunrise-bakery\.de\) is timed-out.*untrusted/)
  }, 120_000)
})
