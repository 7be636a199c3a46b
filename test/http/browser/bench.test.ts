import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStage, registerDomain, type Stage } from '../../features/stage.js'
import { type ConsoleBrowser, expectAccessible, openBrowser, pressByKeyboard } from '../../helpers/browser.js'
import { openTestStore, type TestStore } from '../../helpers/database.js'
import { needs } from '../../helpers/needs.js'

const withChromium = await needs('chromium')

withChromium('the replay bench in a browser', () => {
  let store: TestStore
  let stage: Stage
  let browser: ConsoleBrowser

  beforeAll(async () => {
    store = await openTestStore()
    stage = await openStage(store)
    await stage.connect()
    await registerDomain(stage)
    browser = await openBrowser({ app: stage.app, deps: stage.gateway.deps })
  })
  afterAll(async () => {
    await browser.close()
    await stage.close()
    await store.close()
  })

  test.each([true, false])('mails and requests, by keyboard alone, with JavaScript: %s', async (javaScript) => {
    const page = await browser.visit('/bench', { as: 'operator', javaScript })
    if (javaScript) await expectAccessible(page)
    await pressByKeyboard(page, 'Read mails again')
    await page.getByText('Of 1 mails').waitFor()
    if (javaScript) await expectAccessible(page)
    await page.goto('/bench')
    await page.getByRole('textbox', { name: 'Template' }).focus()
    await page.keyboard.type('Subject: x\n\n{{ nonsense }}')
    await pressByKeyboard(page, 'Write requests again')
    await page.getByRole('alert').waitFor()
    expect(await page.getByRole('alert').textContent()).toContain('line 3 names the field "nonsense"')
    if (javaScript) await expectAccessible(page)
    await page.getByRole('textbox', { name: 'Template' }).fill('')
    await pressByKeyboard(page, 'Write requests again')
    await page.getByText('Of 1 requests 1 would be the same').waitFor()
    if (javaScript) await expectAccessible(page)
  })
})
