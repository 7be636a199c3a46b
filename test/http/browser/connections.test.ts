import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ConsoleBrowser, expectAccessible, openBrowser, pressByKeyboard } from '../../helpers/browser.js'
import { needs } from '../../helpers/needs.js'
import { type Harness, openHarness } from '../harness.js'

const withChromium = await needs('chromium')

withChromium('connections in a browser', () => {
  let harness: Harness
  let browser: ConsoleBrowser
  let path: string

  beforeAll(async () => {
    harness = await openHarness()
    path = `/connections/${harness.connection.id}`
    browser = await openBrowser(harness)
  })
  afterAll(async () => {
    await browser.close()
    await harness.close()
  })

  test.each(['', '/edit'])('a connection%s is accessible', async (end) => {
    await expectAccessible(await browser.visit(`${path}${end}`, { as: 'admin' }))
  })

  test('the list and one in test mode are accessible', async () => {
    const { deps, connection } = harness
    const registry = { ...connection.registry, test: 'test@registry.example' }
    await deps.store.connections.update({ ...connection, mode: 'test', registry }, deps.clock.now())
    await expectAccessible(await browser.visit('/connections', { as: 'viewer' }))
    await expectAccessible(await browser.visit(path, { as: 'admin' }))
    await deps.store.connections.update(connection, deps.clock.now())
  })

  test.each([true, false])('pause and resume by keyboard alone, with JavaScript: %s', async (javaScript) => {
    const page = await browser.visit('/connections', { as: 'admin', javaScript })
    await pressByKeyboard(page, harness.connection.title)
    await page.waitForURL(`**${path}`)
    await pressByKeyboard(page, 'Pause')
    await pressByKeyboard(page, 'Pause')
    await page.locator('.note', { hasText: 'is paused' }).waitFor()
    await pressByKeyboard(page, 'Resume')
    await page.locator('.note', { hasText: 'sends again' }).waitFor()
    expect(await page.locator('.lead').textContent()).toContain('live')
  })
})
