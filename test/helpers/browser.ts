import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, chromium, type Page } from 'playwright-core'
import { expect } from 'vitest'
import { startHttpServer } from '../../src/http/server.js'
import type { User } from '../../src/ports.js'
import { addUser, type Served, signIn } from '../http/console-client.js'
import { chromiumProgram } from './needs.js'

export type Visit = {
  /** Signed in as a user of this role; null: nobody is. */
  as: User['role'] | null
  javaScript?: boolean
}

/** Chromium before a console that is served by real HTTP on a free port of loopback. */
export type ConsoleBrowser = {
  /** A page of its own, with cookies of its own. */
  visit(path: string, visit: Visit): Promise<Page>
  close(): Promise<void>
}

/** One for each file of tests: to start it takes as long as ten pages. */
export const openBrowser = async (harness: Served): Promise<ConsoleBrowser> => {
  const server = await startHttpServer(harness.app, { host: '127.0.0.1', port: 0 })
  const browser = await chromium.launch({ executablePath: chromiumProgram() ?? CHROMIUM, headless: true, args: FLAGS })
  const base = `http://127.0.0.1:${server.port}`
  const cookies = new Map<User['role'], string>()
  const cookieOf = async (role: User['role']): Promise<string> => {
    const known = cookies.get(role)
    if (known !== undefined) return known
    await addUser(harness, `browser-${role}`, role)
    const cookie = await signIn(harness, `browser-${role}`)
    cookies.set(role, cookie)
    return cookie
  }
  return {
    async visit(path, { as, javaScript = true }) {
      const context = await browser.newContext({ baseURL: base, javaScriptEnabled: javaScript })
      if (as !== null) {
        const [name = '', value = ''] = (await cookieOf(as)).split('=')
        await context.addCookies([{ name, value, url: base }])
      }
      const page = await context.newPage()
      await page.goto(path)
      return page
    },
    close: () => closeAll(browser, server.stop),
  }
}

const closeAll = async (browser: Browser, stop: (graceMs: number) => Promise<void>): Promise<void> => {
  await browser.close()
  await stop(0)
}

/** Debian's; named where it is missing. */
const CHROMIUM = '/usr/bin/chromium'

/** It neither calls home nor needs a display, a sandbox or a profile that somebody has. */
const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync'],
]

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** A phone and a laptop, in CSS pixels. */
const WIDTHS = [390, 1280]

type Violation = { id: string; help: string; nodes: { html: string; failureSummary: string }[] }

/**
 * Nothing that axe finds (WCAG 2.2 AA and good practice), in light and dark, on a phone and on a laptop, and nothing that
 * has to be scrolled sideways there. The page needs a browser with JavaScript; axe runs beside the page, not in it.
 */
export const expectAccessible = async (page: Page): Promise<void> => {
  await page.evaluate(AXE)
  for (const width of WIDTHS)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: 800 })
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const violations: Violation[] = await page.evaluate('axe.run().then(({ violations }) => violations)')
      const found = violations.map(({ id, help, nodes }) => ({ id, help, at: nodes.map(({ html }) => html) }))
      expect(found, `${page.url()} in ${colorScheme} at ${width} px`).toEqual([])
      const overflow = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      )
      expect(overflow, `${page.url()} is wider than ${width} px`).toBe(0)
    }
}

/** Presses Tab until what has the focus says this, as somebody without a mouse would; then Enter. */
export const pressByKeyboard = async (page: Page, name: string): Promise<void> => {
  for (let i = 0; i < MOST_TABS; i++) {
    await page.keyboard.press('Tab')
    const focused = page.locator(':focus')
    const words = (await focused.count()) === 0 ? '' : ((await focused.textContent()) ?? '')
    if (words.trim() === name) {
      await page.keyboard.press('Enter')
      return
    }
  }
  throw new Error(`nothing that says "${name}" can be reached with the Tab key`)
}

const MOST_TABS = 200
