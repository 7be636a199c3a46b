import { afterAll, beforeAll, expect, test } from 'vitest'
import { addConnection } from '../../../src/flows/manage-connections.js'
import { sendRequest } from '../../../src/flows/send-request.js'
import { type ConsoleBrowser, expectAccessible, openBrowser, pressByKeyboard } from '../../helpers/browser.js'
import { needs } from '../../helpers/needs.js'
import { type Harness, openHarness, place } from '../harness.js'

const withChromium = await needs('chromium')

withChromium('tickets in a browser', () => {
  let harness: Harness
  let browser: ConsoleBrowser

  beforeAll(async () => {
    harness = await openHarness()
    await addConnection(harness.deps, { title: 'By hand', profile: 'manual', tlds: ['com'], mode: 'live' }, 'cli')
    for (const domain of ['first.com', 'second.com']) {
      const order = await place(harness.app, { domain, account: { id: 'house', type: 'provider' } })
      const [request] = await harness.deps.store.requests.findByOrder(String(order['id']))
      await sendRequest(harness.deps, request?.id ?? '')
    }
    browser = await openBrowser(harness)
  })
  afterAll(async () => {
    await browser.close()
    await harness.close()
  })

  test.each(['/tickets', '/tickets/1'])('%s is accessible', async (path) => {
    await expectAccessible(await browser.visit(path, { as: 'operator' }))
  })

  test.each([
    [true, 1],
    [false, 2],
  ])('one is closed by keyboard alone, with JavaScript: %s', async (javaScript, number) => {
    const page = await browser.visit('/tickets', { as: 'operator', javaScript })
    await pressByKeyboard(page, `${number}: register ${number === 1 ? 'first' : 'second'}.com`)
    await page.waitForURL(`**/tickets/${number}`)
    await page.locator('#outcome').focus()
    await page.keyboard.type('Done')
    await page.locator('#note').focus()
    await page.keyboard.type('order 4711')
    await pressByKeyboard(page, 'Close the ticket')
    await page.waitForSelector('[role=status]')
    expect(await page.locator('[role=status]').textContent()).toContain(`Ticket ${number} is closed as done.`)
    expect((await harness.deps.store.tickets.get(String(number)))?.state).toBe('done')
  })
})
