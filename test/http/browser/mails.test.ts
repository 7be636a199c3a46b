import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ConsoleBrowser, expectAccessible, openBrowser, pressByKeyboard } from '../../helpers/browser.js'
import { needs } from '../../helpers/needs.js'
import { type Harness, openHarness, place } from '../harness.js'
import { arrive } from '../mail-samples.js'

const withChromium = await needs('chromium')
const HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=2</script>'

withChromium('mails in a browser', () => {
  let harness: Harness
  let browser: ConsoleBrowser
  let mail: string

  beforeAll(async () => {
    harness = await openHarness()
    await place(harness.app, { domain: 'größe.de' })
    const verdict = {
      kind: 'trusted',
      reason: 'signed',
      fingerprint: 'ABCD',
      signedAt: harness.deps.clock.now(),
    } as const
    const reply = {
      outcome: 'unrecognised',
      reference: null,
      domain: null,
      code: null,
      text: HOSTILE,
      effect: 'none',
    } as const
    mail = await arrive(
      harness,
      {
        raw: `Subject: ${HOSTILE}\r\nFrom: ${HOSTILE} <a@x.example>\r\n\r\n${HOSTILE}\r\n`,
        from: `${HOSTILE}@x.example`,
      },
      { verdict, replies: [reply] },
    )
    browser = await openBrowser(harness)
  })
  afterAll(async () => {
    await browser.close()
    await harness.close()
  })

  test.each(['/mails', '/mails?stage=bounce', '/unrecognised'])('%s is accessible', async (path) => {
    await expectAccessible(await browser.visit(path, { as: 'operator' }))
  })

  test.each(['', '?view=header', '?view=octets'])('a mail%s is accessible, and hostile text is text', async (view) => {
    const complaints: string[] = []
    const page = await browser.visit('/', { as: 'admin' })
    page.on('console', (message) => complaints.push(message.text()))
    await page.goto(`/mails/${mail}${view}`)
    await expectAccessible(page)
    expect(await page.locator('img[src=x]').count()).toBe(0)
    expect([await page.title(), complaints]).toEqual(['Mail · Sealpost', []])
    expect(await page.locator('pre').first().textContent()).toContain('onerror')
  })

  test.each([true, false])('a mail is judged once more by keyboard alone, with JavaScript: %s', async (javaScript) => {
    const page = await browser.visit('/unrecognised', { as: 'operator', javaScript })
    await page.goto(`/mails/${mail}`)
    const before = harness.rung.length
    await pressByKeyboard(page, 'Judge it once more')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('status').waitFor()
    expect(harness.rung.slice(before)).toEqual([{ kind: 'process-mail', id: mail }])
  })
})
