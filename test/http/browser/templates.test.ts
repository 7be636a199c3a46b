import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ConsoleBrowser, expectAccessible, openBrowser, pressByKeyboard } from '../../helpers/browser.js'
import { needs } from '../../helpers/needs.js'
import { type Harness, openHarness } from '../harness.js'

const withChromium = await needs('chromium')

withChromium('templates in a browser', () => {
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

  test.each([true, false])('a preview by keyboard alone, with JavaScript: %s', async (javaScript) => {
    const page = await browser.visit('/templates', { as: 'admin', javaScript })
    if (javaScript) await expectAccessible(page)
    await page.locator('a[href="/templates/denic/register"]').focus()
    await page.keyboard.press('Enter')
    await page.waitForURL('**/templates/denic/register')
    await pressByKeyboard(page, 'Show the mail')
    await page.locator('pre', { hasText: 'BEGIN PGP SIGNED MESSAGE' }).waitFor()
    if (javaScript) await expectAccessible(page)
    expect(await page.locator('h1').textContent()).toContain('register')
  })
})
