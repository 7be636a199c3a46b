import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { controlledRegistry } from '../../src/simulated-registries.js'
import { BEHAVIOURS, type Behaviour, parseBehaviour } from '../../src/simulator/behaviours.js'
import { startControl } from '../../src/simulator/control.js'

let behaves: Behaviour
let control: Awaited<ReturnType<typeof startControl>>
let url: string

beforeEach(async () => {
  behaves = 'honest'
  control = await startControl(
    { host: '127.0.0.1', port: 0 },
    {
      protocol: 'denic',
      behaviours: BEHAVIOURS,
      behaves: () => behaves,
      behave: (next) => {
        behaves = parseBehaviour(next)
      },
    },
  )
  url = `http://127.0.0.1:${control.port}/`
})
afterEach(() => control.close())

test('a gateway reads what the simulator does, and changes it', async () => {
  const registries = controlledRegistry(url)
  const [registry] = await registries.list()
  expect(registry).toMatchObject({ name: 'denic', behaves: 'honest' })
  expect(registry?.behaviours).toContainEqual({ name: 'silent', sentence: expect.stringContaining('never answers') })
  await registries.behave('denic', 'silent')
  expect([behaves, (await registries.list())[0]?.behaves]).toEqual(['silent', 'silent'])
  expect(registries.order).toBeNull()
})

test('what it cannot do is refused in its words, and nothing changes', async () => {
  const registries = controlledRegistry(url)
  await expect(registries.behave('denic', 'odd')).rejects.toThrow(/no such behaviour; choose one of honest/)
  await expect(registries.behave('other', 'silent')).rejects.toThrow(/plays denic, not other/)
  expect(behaves).toBe('honest')
})

test('one that is not there is a fault that says how to start it', async () => {
  await control.close()
  await expect(controlledRegistry(url).list()).rejects.toMatchObject({
    ...{ code: 'simulator-away', temporary: true },
    message: expect.stringContaining('sealpost simulate PROFILE --control'),
  })
})

describe('takes nothing', () => {
  const put = (headers: Record<string, string>, body = '{"behave":"silent"}') =>
    fetch(url, { method: 'PUT', headers, body })

  test('that a page of another site made a browser send', async () => {
    expect((await put({ origin: 'https://attacker.example' })).status).toBe(403)
    expect(behaves).toBe('honest')
  })

  test.each(['not JSON', '{}', `{"behave":"${'x'.repeat(2_000)}"}`])('that is no behaviour: %s', async (body) => {
    expect((await put({}, body)).status).toBe(400)
    expect(behaves).toBe('honest')
  })

  test('by another method', async () => {
    expect((await fetch(url, { method: 'POST', body: '{"behave":"silent"}' })).status).toBe(405)
  })

  test('from other machines', async () => {
    await expect(
      startControl(
        { host: '0.0.0.0', port: 0 },
        { protocol: 'denic', behaviours: BEHAVIOURS, behaves: () => behaves, behave: () => {} },
      ),
    ).rejects.toThrow(/only loopback/)
  })
})
