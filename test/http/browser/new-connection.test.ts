import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ConsoleBrowser, expectAccessible, openBrowser, pressByKeyboard } from '../../helpers/browser.js'
import { needs } from '../../helpers/needs.js'
import { type Harness, openHarness } from '../harness.js'

const withChromium = await needs('chromium')

withChromium('a new connection in a browser', () => {
  let harness: Harness
  let browser: ConsoleBrowser

  beforeAll(async () => {
    harness = await openHarness()
    browser = await openBrowser(harness)
  })
  afterAll(async () => {
    await browser.close()
    await harness.close()
  })

  test.each([true, false])('is added step by step, by keyboard, with JavaScript: %s', async (javaScript) => {
    const page = await browser.visit('/connections', { as: 'admin', javaScript })
    const fill = async (fields: Record<string, string>) => {
      for (const [name, value] of Object.entries(fields)) await page.locator(`[id="${name}"]`).fill(value)
    }
    const next = async (title: string) => {
      await pressByKeyboard(page, 'Next')
      await page.locator('#step', { hasText: title }).waitFor()
      if (javaScript) await expectAccessible(page)
    }
    await pressByKeyboard(page, 'Add a connection')
    await page.waitForURL('**/connections/new')
    if (javaScript) await expectAccessible(page)
    await page.locator('input[name=profile][value=denic]').check()
    await next('Name and addresses')
    const addresses = { to: 'robot@registry.example', test: 'test@registry.example', from: 'domains@hoster.example' }
    await fill({ title: `Account ${javaScript}`, ...addresses })
    await next('Keys')
    await page.locator('#key').selectOption('ed25519.sec.asc')
    await page.locator('#trustKey').selectOption('rsa2048.pub.asc')
    await next('Way out and back')
    await fill({ replyTo: `account-${javaScript}@in.hoster.example` })
    await next('Account and times')
    await fill({ 'account.regacc': 'DENIC-77' })
    await next('Review')
    await pressByKeyboard(page, 'Add it in test mode')
    await page.locator('.note', { hasText: 'was added in test mode' }).waitFor()
    expect(await page.locator('h1').textContent()).toBe(`Account ${javaScript}`)
  })
})
