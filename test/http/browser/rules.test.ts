import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Mail } from '../../../src/core/mail.js'
import { fileOrder, openStage, type Placed, type Stage } from '../../features/stage.js'
import { type ConsoleBrowser, expectAccessible, openBrowser, pressByKeyboard } from '../../helpers/browser.js'
import { openTestStore, type TestStore } from '../../helpers/database.js'
import { needs } from '../../helpers/needs.js'

const withChromium = await needs('chromium')
const HOSTILE = '<img src=x onerror="document.title=1">'

withChromium('rules in a browser', () => {
  let store: TestStore
  let stage: Stage
  let browser: ConsoleBrowser
  let rules: string

  beforeAll(async () => {
    store = await openTestStore()
    stage = await openStage(store)
    rules = `/connections/${(await stage.connect()).id}/rules`
    browser = await openBrowser({ app: stage.app, deps: stage.gateway.deps })
  })
  afterAll(async () => {
    await browser.close()
    await stage.close()
    await store.close()
  })

  const entered = async (order: Placed, words: string): Promise<Mail> =>
    stage.reply([`Hello ${HOSTILE}`, words, await stage.reference(order.id)])

  test.each([true, false])(
    'from a mail to a rule and its effect, by keyboard alone, with JavaScript: %s',
    async (javaScript) => {
      const words = `it stands in our books ${javaScript}`
      const order = await fileOrder(stage, { domain: `keyboard-${javaScript}.de` })
      const mail = await entered(order, words)
      const page = await browser.visit(`/mails/${mail.id}`, { as: 'admin', javaScript })
      await pressByKeyboard(page, 'Make a rule of it')
      await page.waitForURL('**/rules/new?mail=*')
      expect(await page.locator('img[src=x]').count()).toBe(0)
      await page.getByLabel(words).focus()
      await page.keyboard.press('Space')
      await pressByKeyboard(page, 'Try it on stored mails')
      await page.getByText('1 would be newly recognised').waitFor()
      if (javaScript) await expectAccessible(page)
      await page.getByLabel('Name of the rule').focus()
      await page.keyboard.type(`books ${javaScript}`)
      await pressByKeyboard(page, 'Save the rule')
      await page.getByRole('status').waitFor()
      if (javaScript) await expectAccessible(page)
      await pressByKeyboard(page, 'Judge 1 once more')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await page.getByText('Mails that are being judged once more: 1.').waitFor()
      await stage.run()
      expect((await stage.domain(order.domain))['status']).toBe('Registered')
    },
  )

  test('words that are selected become a phrase, and the browser complains of nothing', async () => {
    const order = await fileOrder(stage, { domain: 'selected.de' })
    const mail = await entered(order, 'we wrote it into the great book')
    const page = await browser.visit('/', { as: 'admin' })
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(`${rules}/new?mail=${mail.id}`)
    const line = page.getByText('we wrote it into the great book')
    await line.evaluate((node) => {
      const range = node.ownerDocument.createRange()
      range.setStart(node.firstChild ?? node, 3)
      range.setEnd(node.firstChild ?? node, 16)
      node.ownerDocument.getSelection()?.addRange(range)
    })
    await line.click()
    await pressByKeyboard(page, 'Take what is selected as a phrase')
    expect(await page.getByLabel('Phrases that must be in the mail').inputValue()).toBe('wrote it into')
    expect(await page.getByText('Taken: wrote it into').count()).toBe(1)
    await expectAccessible(page)
    expect(complaints).toEqual([])
  })

  test('the pages of rules and of assigning are accessible', async () => {
    const order = await fileOrder(stage, { domain: 'assign.de' })
    const mail = await entered(order, 'an odd thing')
    const paths = [
      rules,
      `${rules}/new`,
      `${rules}/new?mail=${mail.id}`,
      `/mails/${mail.id}/assign`,
      `/mails/${mail.id}`,
      '/unrecognised',
    ]
    for (const path of paths) await expectAccessible(await browser.visit(path, { as: 'admin' }))
  })

  test.each([true, false])('a mail is assigned by keyboard alone, with JavaScript: %s', async (javaScript) => {
    const order = await fileOrder(stage, { domain: `assigned-${javaScript}.de` })
    const mail = await entered(order, 'an odd thing')
    const page = await browser.visit(`/mails/${mail.id}/assign`, { as: 'operator', javaScript })
    await page.getByLabel('Domain').focus()
    await page.keyboard.type(order.domain)
    await page.keyboard.press('Tab')
    await page.keyboard.type('done')
    await page.getByLabel('Note').focus()
    await page.keyboard.type('they say it is done')
    await pressByKeyboard(page, 'Assign it')
    await page.getByRole('status').waitFor()
    expect((await stage.domain(order.domain))['status']).toBe('Registered')
  })
})
