import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ConsoleBrowser, expectAccessible, openBrowser, pressByKeyboard } from '../../helpers/browser.js'
import { needs } from '../../helpers/needs.js'
import { placed } from '../../store/samples.js'
import { type Harness, openHarness, place } from '../harness.js'

const withChromium = await needs('chromium')

withChromium('every page of the console in a browser', () => {
  let harness: Harness
  let browser: ConsoleBrowser

  beforeAll(async () => {
    harness = await openHarness()
    await place(harness.app, { domain: 'größe.de' })
    await placed(harness.deps.store, {
      order: { status: 'uncertain' },
      request: { state: 'uncertain', sentAt: harness.deps.clock.now(), overdueAt: harness.deps.clock.now() },
    })
    await placed(harness.deps.store, {
      order: { status: 'done', updatedAt: harness.deps.clock.now() },
      request: { state: 'settled', sentAt: new Date(0), repliedAt: harness.deps.clock.now() },
    })
    browser = await openBrowser(harness)
  })
  afterAll(async () => {
    await browser.close()
    await harness.close()
  })

  test.each(['/login', '/nowhere'])('%s is accessible to who is not signed in', async (path) => {
    await expectAccessible(await browser.visit(path, { as: null }))
  })

  test.each(['/', '/domains', '/domains?sort=-age&status=Registering&q=gr', '/domains/größe.de', '/domains/none.de'])(
    '%s is accessible',
    async (path) => {
      await expectAccessible(await browser.visit(path, { as: 'viewer' }))
    },
  )

  test.each([true, false])('the navigation by keyboard alone, with JavaScript: %s', async (javaScript) => {
    const page = await browser.visit('/', { as: 'operator', javaScript })
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').textContent()).toBe('Skip to the content')
    await pressByKeyboard(page, 'Domains')
    await page.waitForURL('**/domains')
    expect(await page.locator('h1').textContent()).toBe('Domains')
    await page.locator('#q').focus()
    await page.keyboard.type('GRÖß')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/domains?q=**')
    expect(await page.locator('tbody th').allTextContents()).toEqual(['größe.de'])
  })

  test('the browser finds nothing that the content security policy forbids', async () => {
    const page = await browser.visit('/login', { as: 'admin' })
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    for (const path of ['/', '/domains', '/domains/größe.de']) await page.goto(path)
    expect(complaints).toEqual([])
  })
})
