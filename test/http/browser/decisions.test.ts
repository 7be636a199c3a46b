import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ConsoleBrowser, expectAccessible, openBrowser, pressByKeyboard } from '../../helpers/browser.js'
import { needs } from '../../helpers/needs.js'
import { type Harness, openHarness, place } from '../harness.js'

const withChromium = await needs('chromium')

/** Markup, in a name that a stranger chose. */
const HOSTILE = '<img src=x onerror=alert(1)><b>bold</b>'

withChromium('deciding about orders in a browser', () => {
  let harness: Harness
  let browser: ConsoleBrowser
  let names = 0

  beforeAll(async () => {
    harness = await openHarness()
    browser = await openBrowser(harness)
  })
  afterAll(async () => {
    await browser.close()
    await harness.close()
  })

  const waiting = async () => {
    const domain = `choice-${++names}.de`
    const order = await place(harness.app, { domain, account: { id: HOSTILE, type: 'customer' } })
    return { domain, id: String(order['id']) }
  }
  const statusOf = async (id: string) => (await harness.deps.store.orders.get(id))?.status
  const failed = async () => {
    const { domain, id } = await waiting()
    const [order, known] = [await harness.deps.store.orders.get(id), await harness.deps.store.domains.get(domain)]
    if (order === null || known === null) throw new Error('the order is gone')
    await harness.deps.store.orders.update({ ...order, status: 'refused', reason: HOSTILE })
    await harness.deps.store.domains.save({ ...known, state: 'failed', detail: 'error' })
    return { domain, id }
  }

  test.each([true, false])('an order is cancelled by keyboard alone, with JavaScript: %s', async (javaScript) => {
    const { domain, id } = await waiting()
    const page = await browser.visit(`/domains/${domain}`, { as: 'operator', javaScript })
    await pressByKeyboard(page, 'Cancel')
    expect(await statusOf(id)).toBe('awaiting-payment')
    await page.getByText('Withdraws the order for good.').waitFor()
    await pressByKeyboard(page, 'Cancel')
    await page.getByRole('status').waitFor()
    expect(await page.getByRole('status').textContent()).toContain(`register ${domain}: withdrawn.`)
    expect(await statusOf(id)).toBe('cancelled')
    await page.reload()
    expect(await page.getByRole('status').count()).toBe(0)
  })

  test.each([true, false])('many are ticked, seen once more and cancelled, with JavaScript: %s', async (javaScript) => {
    const [first, second, third] = [await waiting(), await waiting(), await waiting()]
    const page = await browser.visit('/pending?status=awaiting-payment', { as: 'operator', javaScript })
    for (const { domain } of [first, second]) {
      await page.getByLabel(`register ${domain}`).focus()
      await page.keyboard.press('Space')
    }
    await pressByKeyboard(page, 'Cancel')
    await page.waitForURL('**/pending/confirm?**')
    expect(await page.locator('h1').textContent()).toBe('Cancel: 2 of 2 orders')
    await pressByKeyboard(page, 'Cancel: 2')
    expect(await page.getByRole('status').textContent()).toContain('Cancel: 2 of 2 done.')
    expect(await Promise.all([first, second, third].map(({ id }) => statusOf(id)))).toEqual([
      ...['cancelled', 'cancelled', 'awaiting-payment'],
    ])
  })

  test.each([true, false])('an error is dismissed with a note, with JavaScript: %s', async (javaScript) => {
    const { domain } = await failed()
    const page = await browser.visit(`/domains/${domain}`, { as: 'admin', javaScript })
    await pressByKeyboard(page, 'Dismiss the error')
    await page.getByLabel('Note').focus()
    await page.keyboard.type(HOSTILE)
    await pressByKeyboard(page, 'Dismiss the error')
    await page.getByRole('status').waitFor()
    expect((await harness.deps.store.domains.get(domain))?.state).toBe('closed')
    expect(await page.locator('.timeline').textContent()).toContain(HOSTILE)
    expect(await page.locator('main img, main b').count()).toBe(0)
  })

  test.each([true, false])('personal data is erased by keyboard alone, with JavaScript: %s', async (javaScript) => {
    const { domain, id } = await failed()
    const page = await browser.visit(`/domains/${domain}`, { as: 'admin', javaScript })
    await pressByKeyboard(page, 'Erase personal data')
    await page.waitForURL('**/erase')
    await pressByKeyboard(page, 'Erase personal data')
    await page.getByLabel('Name of the domain, to be sure').focus()
    await page.keyboard.type(domain)
    if (javaScript) await expectAccessible(page)
    await pressByKeyboard(page, 'Erase personal data')
    await page.getByRole('status').waitFor()
    expect(await page.getByRole('status').textContent()).toContain('The personal data of 1 order was erased, for good.')
    expect((await harness.deps.store.orders.get(id))?.erasedAt).not.toBeNull()
    expect(await page.locator('main').textContent()).toContain(HOSTILE)
    expect(await page.locator('main img, main b').count()).toBe(0)
  })

  test('the pages are accessible, open and closed, to who may act and who may not', async () => {
    const [{ domain, id }, other] = [await waiting(), await failed()]
    const chosen = new URLSearchParams([
      ['verb', 'cancel'],
      ['order', id],
      ['order', other.id],
    ])
    const paths = [
      ...[`/domains/${domain}`, `/domains/${other.domain}`, `/orders/${id}`, '/pending', '/pending?tick=all'],
      `/pending/confirm?${chosen}`,
    ]
    for (const path of paths) {
      const page = await browser.visit(path, { as: 'admin' })
      for (const details of await page.locator('details.confirm > summary').all()) await details.click()
      await expectAccessible(page)
    }
    await expectAccessible(await browser.visit('/pending', { as: 'viewer' }))
  })
})
