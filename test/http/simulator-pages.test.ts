import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createHttpApp } from '../../src/http/app.js'
import { createMetrics } from '../../src/http/metrics.js'
import type { SimulatedRegistries } from '../../src/ports.js'
import { type ConsoleBrowser, expectAccessible, openBrowser, pressByKeyboard } from '../helpers/browser.js'
import { needs } from '../helpers/needs.js'
import { addUser, postForm, signIn } from './console-client.js'
import { type Harness, openHarness } from './harness.js'

let harness: Harness
let behaves: string
const cookies = { operator: '', viewer: '' }
const ordered: string[] = []

const simulators: SimulatedRegistries = {
  list: async () => [
    {
      name: 'denic',
      behaves,
      behaviours: [
        { name: 'honest', sentence: 'carries out the order' },
        { name: 'silent', sentence: 'never answers' },
      ],
    },
  ],
  behave: async (_, behaviour) => {
    behaves = behaviour
  },
  order: async (name) => {
    ordered.push(name)
    return 'sample-1.de'
  },
}

beforeAll(async () => {
  harness = await openHarness()
  const { deps, links } = harness
  const app = createHttpApp({
    ...{ deps, links, simulators, health: async () => ({ ready: true, parts: [] }) },
    metrics: createMetrics({ store: deps.store, processMetrics: false }),
    settings: { token: null, publicUrl: null, trustedProxies: [], timezone: 'UTC', apiPerMinute: 1_200 },
  })
  harness = { ...harness, app }
  for (const role of ['operator', 'viewer'] as const) {
    await addUser(harness, role, role)
    cookies[role] = await signIn(harness, role)
  }
})
beforeEach(() => {
  behaves = 'honest'
})
afterAll(() => harness.close())

const open = async (path: string, cookie = cookies.operator) => harness.app.request(path, { headers: { cookie } })
const send = (path: string, fields: Record<string, string>, cookie = cookies.operator) =>
  postForm(harness, path, fields, { headers: { origin: 'http://localhost', cookie } })

describe('the panel of simulated registries', () => {
  test('shows what they do, and changes it', async () => {
    expect(await (await open('/')).text()).toContain('href="/simulator"')
    expect(await (await open('/simulator')).text()).toMatch(/value="honest" checked/)
    const answer = await send('/simulator/denic', { behave: 'silent' })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/simulator'])
    const page = await (await open('/simulator')).text()
    expect(page).toMatch(/value="silent" checked/)
    expect(page).toContain('denic is silent from the next mail on.')
  })

  test('refuses what there is not, with a sentence', async () => {
    await send('/simulator/denic', { behave: 'odd' })
    expect(await (await open('/simulator')).text()).toContain('There is no behaviour &quot;odd&quot;')
    await send('/simulator/other', { behave: 'silent' })
    expect(await (await open('/simulator')).text()).toContain('No registry other is simulated here.')
    expect(behaves).toBe('honest')
  })

  test('places a sample order and shows its domain', async () => {
    const answer = await send('/simulator/denic/orders', {})
    expect([answer.headers.get('location'), ordered]).toEqual(['/domains/sample-1.de', ['denic']])
  })

  test('is read by a viewer, who changes nothing', async () => {
    const page = await (await open('/simulator', cookies.viewer)).text()
    expect(page).not.toContain('Behave so')
    expect((await send('/simulator/denic', { behave: 'silent' }, cookies.viewer)).status).toBe(403)
    expect(behaves).toBe('honest')
  })
})

const withChromium = await needs('chromium')

withChromium('the panel in a browser', () => {
  let browser: ConsoleBrowser
  beforeAll(async () => {
    browser = await openBrowser(harness)
  })
  afterAll(() => browser.close())

  test.each([true, false])('by keyboard alone, with JavaScript: %s', async (javaScript) => {
    const page = await browser.visit('/simulator', { as: 'operator', javaScript })
    await page.getByLabel(/silent/).focus()
    await page.keyboard.press('Space')
    await pressByKeyboard(page, 'Behave so')
    await page.getByText('denic is silent from the next mail on.').waitFor()
    expect(behaves).toBe('silent')
  })

  test('is accessible', async () => expectAccessible(await browser.visit('/simulator', { as: 'operator' })))
})
