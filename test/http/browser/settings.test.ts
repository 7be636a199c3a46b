import { afterAll, beforeAll, expect, test } from 'vitest'
import { codeOf, stepOf } from '../../../src/core/totp.js'
import { type ConsoleBrowser, expectAccessible, openBrowser, pressByKeyboard } from '../../helpers/browser.js'
import { needs } from '../../helpers/needs.js'
import { addUser, PASSWORD } from '../console-client.js'
import { call, type Harness, openHarness, place } from '../harness.js'

const withChromium = await needs('chromium')

withChromium('settings in a browser', () => {
  let harness: Harness
  let browser: ConsoleBrowser

  beforeAll(async () => {
    harness = await openHarness()
    await addUser(harness, 'somebody', 'viewer')
    await place(harness.app)
    await call(harness.local, 'POST', '/local/tokens', { token: null, body: { name: 'shop', scope: 'billing' } })
    browser = await openBrowser(harness)
  })
  afterAll(async () => {
    await browser.close()
    await harness.close()
  })

  test.each(['/settings/users', '/settings/tokens', '/settings/webhooks', '/settings/accounts', '/account'])(
    '%s is accessible',
    async (path) => {
      await expectAccessible(await browser.visit(path, { as: 'admin' }))
    },
  )

  test.each([true, false])('a webhook is added and disabled, with JavaScript: %s', async (javaScript) => {
    const page = await browser.visit('/settings/webhooks', { as: 'admin', javaScript })
    await page.locator('#url').focus()
    await page.keyboard.type(`http://127.0.0.1:1/${javaScript}`)
    await pressByKeyboard(page, 'Add')
    await pressByKeyboard(page, 'I have kept it')
    await pressByKeyboard(page, 'Disable')
    await pressByKeyboard(page, 'Disable')
    await page.locator('.note', { hasText: 'is disabled' }).waitFor()
    if (javaScript) await expectAccessible(page)
  })

  test.each([true, false])('a token is made by keyboard alone, with JavaScript: %s', async (javaScript) => {
    const page = await browser.visit('/settings/tokens', { as: 'admin', javaScript })
    await page.locator('#name').focus()
    await page.keyboard.type(`token-${javaScript}`)
    await pressByKeyboard(page, 'Make the token')
    expect(await page.locator('pre.secret').textContent()).toMatch(/^sp_/)
    if (javaScript) await expectAccessible(page)
    await pressByKeyboard(page, 'I have kept it')
    await page.getByRole('rowheader', { name: `token-${javaScript}` }).waitFor()
  })

  test.each([true, false])(
    'a user is added and sets a password by the link, with JavaScript: %s',
    async (javaScript) => {
      const page = await browser.visit('/settings/users', { as: 'admin', javaScript })
      await page.locator('#name').focus()
      await page.keyboard.type(`user-${javaScript}`)
      await pressByKeyboard(page, 'Add')
      const link = (await page.locator('pre.secret').textContent()) ?? ''
      const theirs = await browser.visit(link, { as: null, javaScript })
      await theirs.locator('#password').focus()
      await theirs.keyboard.type(PASSWORD)
      await theirs.keyboard.press('Enter')
      await theirs.getByRole('heading', { name: 'Done' }).waitFor()
    },
  )

  test.each([true, false])('a second factor is set up and signed in with, with JavaScript: %s', async (javaScript) => {
    const name = `factor-${javaScript}`
    await addUser(harness, name, 'viewer')
    const page = await browser.visit('/login?next=/account', { as: null, javaScript })
    const signIn = async () => {
      await page.locator('#name').fill(name)
      await page.locator('#password').fill(PASSWORD)
      await page.keyboard.press('Enter')
    }
    await signIn()
    await page.waitForURL((url) => url.pathname === '/account')
    await pressByKeyboard(page, 'Set up')
    await page.locator('#factor-password').fill(PASSWORD)
    await pressByKeyboard(page, 'Set up')
    const secret = ((await page.locator('pre.secret').textContent()) ?? '').replaceAll(' ', '')
    const code = () => codeOf(secret, stepOf(harness.deps.clock.now()))
    if (javaScript) await expectAccessible(page)
    await page.locator('#code').fill(code())
    await pressByKeyboard(page, 'Put into use')
    await page.getByRole('heading', { name: 'Recovery codes' }).waitFor()
    await pressByKeyboard(page, 'I have kept them')
    await pressByKeyboard(page, 'Sign out')
    await page.waitForURL('**/login')
    await signIn()
    await page.waitForURL('**/login/code')
    if (javaScript) await expectAccessible(page)
    harness.advance(30_000)
    await page.locator('#code').fill(code())
    await page.keyboard.press('Enter')
    await page.waitForURL((url) => url.pathname === '/')
    expect(await page.locator('.who').textContent()).toContain(name)
  })
})
