import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ConsoleBrowser, expectAccessible, openBrowser, pressByKeyboard } from '../../helpers/browser.js'
import { needs } from '../../helpers/needs.js'
import { type Harness, openHarness, place } from '../harness.js'

const withChromium = await needs('chromium')

withChromium('the action log in a browser', () => {
  let harness: Harness
  let browser: ConsoleBrowser

  beforeAll(async () => {
    harness = await openHarness()
    await place(harness.app, { domain: 'größe.de' })
    browser = await openBrowser(harness)
  })
  afterAll(async () => {
    await browser.close()
    await harness.close()
  })

  test.each(['/log', '/log?level=error&q=none', '/log/1'])('%s is accessible', async (path) => {
    await expectAccessible(await browser.visit(path, { as: 'operator' }))
  })

  test.each([true, false])('an entry of the log is found by its text, with JavaScript: %s', async (javaScript) => {
    const page = await browser.visit('/log', { as: 'viewer', javaScript })
    await page.getByLabel('Text').focus()
    await page.keyboard.type('größe.de')
    await page.keyboard.press('Enter')
    await page.waitForURL('**q=gr*')
    expect(await page.locator('tbody tr').count()).toBeGreaterThan(0)
    const id = (await page.locator('tbody th a').first().textContent()) ?? ''
    await pressByKeyboard(page, id)
    await page.waitForURL(`**/log/${id}`)
    expect(await page.locator('h1').textContent()).toBe(`Entry ${id}`)
  })

  test.each([true, false])('the log is verified by keyboard alone, with JavaScript: %s', async (javaScript) => {
    const page = await browser.visit('/log', { as: 'operator', javaScript })
    await pressByKeyboard(page, 'Verify now')
    await page.getByRole('status').waitFor()
    expect(await page.getByRole('status').textContent()).toContain('is whole')
  })
})
