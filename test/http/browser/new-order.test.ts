import { afterAll, beforeAll, expect, test } from 'vitest'
import { addConnection } from '../../../src/flows/manage-connections.js'
import { type ConsoleBrowser, expectAccessible, openBrowser, pressByKeyboard } from '../../helpers/browser.js'
import { needs } from '../../helpers/needs.js'
import { type Harness, openHarness } from '../harness.js'

const withChromium = await needs('chromium')

/** Markup, in what people type. */
const HOSTILE = '<img src=x onerror=alert(1)><b>bold</b>'

withChromium('a new order in a browser', () => {
  let harness: Harness
  let browser: ConsoleBrowser
  let trial: string

  beforeAll(async () => {
    harness = await openHarness()
    const file = { title: 'Trial', profile: 'manual', tlds: ['net'], mode: 'test', agreement: { text: 'You agree.' } }
    trial = (await addConnection(harness.deps, file, 'cli')).id
    browser = await openBrowser(harness)
  })
  afterAll(async () => {
    await browser.close()
    await harness.close()
  })

  const find = async (domain: string) =>
    (await harness.deps.store.orders.list({ domain }, { limit: 9, cursor: null })).items

  test.each([true, false])('is a transfer, by keyboard, with JavaScript: %s', async (javaScript) => {
    const domain = `moving-${javaScript}.de`
    const page = await browser.visit('/domains', { as: 'operator', javaScript })
    const fill = async (fields: Record<string, string>) => {
      for (const [name, value] of Object.entries(fields)) await page.locator(`[id="${name}"]`).fill(value)
    }
    const press = async (button: string, title: string) => {
      await pressByKeyboard(page, button)
      await page.locator('#step', { hasText: title }).waitFor()
    }
    await press('New order', 'What and for whom')
    await fill({ 'account.id': HOSTILE, domain })
    await page.locator('[id="account.type"]').selectOption('provider')
    await press('Next', 'What and for whom')
    expect(await page.locator('#action-problem').textContent()).toContain('Must be one of')
    if (javaScript) await expectAccessible(page)
    await page.locator('#action').focus()
    await page.keyboard.type('transfer')
    await press('Next', 'What it says')
    if (javaScript) await expectAccessible(page)
    await fill({ 'contacts.holder.handle': 'DENIC-1234-MUSTER', nameservers: 'ns1.example.net\nns2.example.net' })
    await press('Show what will be sent', 'Preview')
    await page.getByText('1 order: 1 signed mail to robot@registry.example').waitFor()
    await fill({ authInfo: 'too short and blank' })
    await press('Place the order', 'Preview')
    expect(await page.locator('#authInfo-problem').textContent()).toContain('8 to 16 visible ASCII characters')
    expect(await page.locator('#authInfo').inputValue()).toBe('')
    if (javaScript) await expectAccessible(page)
    await fill({ authInfo: 'Xy7-gH2_kQ' })
    expect(await find(domain)).toEqual([])
    await pressByKeyboard(page, 'Place the order')
    await page.getByRole('status').waitFor()
    expect(await page.getByRole('status').textContent()).toContain(`transfer ${domain} was ordered.`)
    expect(await page.locator('main').textContent()).toContain(HOSTILE)
    expect(await page.locator('main img, main b').count()).toBe(0)
    expect(await find(domain)).toMatchObject([{ status: 'queued', terms: { authInfo: 'Xy7-gH2_kQ' } }])
  })

  test.each([true, false])('is the test order of a checklist, with JavaScript: %s', async (javaScript) => {
    const domain = `trial-${javaScript}.net`
    const page = await browser.visit(`/connections/${trial}`, { as: 'operator', javaScript })
    await pressByKeyboard(page, 'Place a test order')
    await page.locator('#domain').fill(domain)
    await pressByKeyboard(page, 'Next')
    await page.locator('#step', { hasText: 'What it says' }).waitFor()
    await page.locator('#nameservers').fill('ns1.example.org ns2')
    await page.locator('[id="contacts.holder.name"]').fill('Gerda Beispiel')
    await pressByKeyboard(page, 'Show what will be sent')
    await page.getByText('Has to be accepted').waitFor()
    if (javaScript) await expectAccessible(page)
    await page.locator('#nameservers').fill('ns1.example.org')
    await page.getByLabel('It was shown and accepted').focus()
    await page.keyboard.press('Space')
    await page.getByLabel('Accepted by').fill(HOSTILE)
    await pressByKeyboard(page, 'Show what will be sent')
    await page.getByText('1 order: 1 ticket for people').waitFor()
    await pressByKeyboard(page, 'Place the order')
    await page.getByRole('status').waitFor()
    expect(await find(domain)).toMatchObject([
      { mode: 'test', terms: { account: { id: 'test' }, agreement: { acceptedBy: HOSTILE } } },
    ])
  })
})
