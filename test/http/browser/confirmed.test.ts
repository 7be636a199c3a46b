import { afterAll, beforeAll, expect, test } from 'vitest'
import { REHEARSAL_STEPS } from '../../../src/core/rehearsal.js'
import { type ConsoleBrowser, expectAccessible, openBrowser, pressByKeyboard } from '../../helpers/browser.js'
import { needs } from '../../helpers/needs.js'
import { aDomain } from '../../store/samples.js'
import { call, type Harness, openHarness } from '../harness.js'

const withChromium = await needs('chromium')

withChromium('what takes a second look, in a browser', () => {
  let harness: Harness
  let browser: ConsoleBrowser
  /** Orders that give a domain away. */
  const resting: string[] = []

  beforeAll(async () => {
    harness = await openHarness()
    harness.deps.twoPersons = ['close']
    for (const name of ['given.de', 'kept.de']) {
      const domain = aDomain(harness.connection.id, {
        name,
        unicodeName: name,
        state: 'registered',
        accountId: 'cust-7',
      })
      await harness.deps.store.domains.save(domain)
      const body = {
        billingOrderId: `C-${name}`,
        account: { id: 'cust-7', type: 'provider' },
        action: 'close',
        domain: name,
      }
      resting.push(String((await call(harness.app, 'POST', '/v1/orders', { body })).json['id']))
    }
    browser = await openBrowser(harness)
  })
  afterAll(async () => {
    await browser.close()
    await harness.close()
  })

  const rehearsal = () => `/connections/${harness.connection.id}/rehearsal`

  test('the pages are accessible, open and closed', async () => {
    for (const path of [`/orders/${resting[0]}`, rehearsal(), '/settings/sign-in']) {
      const page = await browser.visit(path, { as: 'admin' })
      expect(await page.locator('h1').count(), path).toBe(1)
      for (const details of await page.locator('details.confirm > summary').all()) await details.click()
      await expectAccessible(page)
    }
  })

  test.each([
    [true, 0, 'Approve', 'approved, and on its way'],
    [false, 1, 'Reject', 'rejected'],
  ])('a second person decides by keyboard alone, with JavaScript: %s', async (javaScript, index, verb, words) => {
    const page = await browser.visit(`/orders/${resting[index]}`, { as: 'operator', javaScript })
    await pressByKeyboard(page, verb)
    if (verb === 'Reject') {
      await page.getByLabel('Why it is not wanted').focus()
      await page.keyboard.type('nobody asked for it')
    }
    await pressByKeyboard(page, verb)
    await page.getByRole('status').waitFor()
    expect(await page.getByRole('status').textContent()).toContain(words)
    expect((await harness.deps.store.orders.get(resting[index] ?? ''))?.status).not.toBe('awaiting-approval')
  })

  test.each([true, false])('a rotation is rehearsed by keyboard alone, with JavaScript: %s', async (javaScript) => {
    const page = await browser.visit(rehearsal(), { as: 'admin', javaScript })
    await pressByKeyboard(page, 'Rehearse')
    await page.waitForSelector('text=Every step went as it has to.')
    expect(await page.getByText('Passed', { exact: true }).count()).toBe(Object.keys(REHEARSAL_STEPS).length)
    if (javaScript) await expectAccessible(page)
  })
})
