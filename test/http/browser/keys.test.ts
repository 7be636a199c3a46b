import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ConsoleBrowser, expectAccessible, openBrowser, pressByKeyboard } from '../../helpers/browser.js'
import { needs } from '../../helpers/needs.js'
import { FIXTURES } from '../../signing/fixtures.js'
import { type Harness, openHarness } from '../harness.js'

const withChromium = await needs('chromium')

withChromium('keys in a browser', () => {
  let harness: Harness
  let browser: ConsoleBrowser

  beforeAll(async () => {
    harness = await openHarness()
    const { deps, connection } = harness
    const pin = { notBefore: new Date('2026-02-01'), notAfter: null, names: null }
    const trust = {
      ...connection.trust,
      keys: [...connection.trust.keys, { ...pin, file: 'rsa3072.pub.asc' }],
    }
    await deps.store.connections.update({ ...connection, trust }, deps.clock.now())
    browser = await openBrowser(harness)
  })
  afterAll(async () => {
    await browser.close()
    await harness.close()
  })

  test.each(['/keys', '/keys/generate', '/keys/import'])('%s is accessible', async (path) => {
    await expectAccessible(await browser.visit(path, { as: 'admin' }))
  })

  test.each([true, false])('a key is made by keyboard alone, with JavaScript: %s', async (javaScript) => {
    const page = await browser.visit('/keys', { as: 'admin', javaScript })
    await pressByKeyboard(page, 'Make a key')
    await page.waitForURL('**/keys/generate')
    await page.locator('#name').focus()
    await page.keyboard.type(`browser-${javaScript}`)
    await page.keyboard.press('Tab')
    await page.keyboard.type('Hoster <domains@hoster.example>')
    await pressByKeyboard(page, 'Make the key')
    await page.waitForURL('**/keys')
    expect(await page.locator('.note').textContent()).toContain(`browser-${javaScript}.pub.asc: for the registry`)
  })

  test.each([true, false])('a file is imported, with JavaScript: %s', async (javaScript) => {
    const page = await browser.visit('/keys/import', { as: 'admin', javaScript })
    await page.locator('#file').setInputFiles(join(FIXTURES, 'keys', 'rsa4096.pub.asc'))
    await page.locator('#name').fill(`registry-${javaScript}.asc`)
    await page.getByRole('button', { name: 'Import' }).click()
    await page.waitForURL('**/keys')
    expect(await page.locator('.note').textContent()).toContain(`registry-${javaScript}.asc was imported`)
  })
})
