// Takes the pictures of the console that README.md shows, from the demo: a browser signs in, makes the registry misbehave,
// and looks at what became of it. Run by hand after `npm run build`, with Debian's chromium; writes to docs/images.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { chromium } from 'playwright-core'

const root = path.resolve(import.meta.dirname, '..')
const folder = path.join(root, 'docs/images')
const PASSWORD = 'a password for pictures'
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking']

fs.mkdirSync(folder, { recursive: true })
const demo = spawn(process.execPath, [path.join(root, 'dist/main.js'), 'demo'], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS })
try {
  await takePictures(await signIn(await firstUserLink()))
} finally {
  await browser.close()
  demo.kill('SIGTERM')
}

async function firstUserLink() {
  for await (const line of createInterface({ input: demo.stdout })) {
    const [, link] = /^Sign in once with (\S+)$/.exec(line) ?? []
    if (link !== undefined) return link
  }
  throw new Error('the demo ended before it printed its link')
}

async function signIn(link) {
  const context = await browser.newContext({
    baseURL: new URL(link).origin,
    viewport: { width: 1280, height: 800 },
    colorScheme: 'light',
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  await page.goto(link)
  await page.getByLabel('Name').fill('ann')
  await page.getByLabel('Password').fill(PASSWORD)
  await page.locator('main button').click()
  await page.waitForURL((url) => url.pathname === '/')
  return page
}

async function takePictures(page) {
  await misbehave(page, { behaviour: 'unknown-wording', stage: 'unrecognised' })
  await misbehave(page, { behaviour: 'wrong-key', stage: 'untrusted' })
  await page.goto('/')
  await picture(page, 'today')
  await page.goto('/domains/taken-since-1998.de')
  await picture(page, 'timeline')
  await page.goto('/mails?stage=unrecognised')
  await page.locator('main table a').first().click()
  await picture(page, 'mail')
  await page.getByRole('link', { name: /rule/i }).first().click()
  await page.locator('main input[type=checkbox]').first().check()
  await page
    .getByRole('button', { name: /see|try|look/i })
    .first()
    .click()
  await picture(page, 'rule')
}

/** Orders a sample from a registry that behaves so, and waits until its answer is at that stage. */
async function misbehave(page, { behaviour, stage }) {
  await page.goto('/simulator')
  await page.locator(`input[value="${behaviour}"]`).check()
  await page.getByRole('button', { name: 'Behave so' }).first().click()
  await page.getByRole('button', { name: 'Place a sample order' }).first().click()
  await page.waitForURL('**/domains/**')
  const answer = page.locator('main table tbody tr')
  do {
    await page.waitForTimeout(500)
    await page.goto(`/mails?stage=${stage}`)
  } while ((await answer.count()) === 0)
}

async function picture(page, name) {
  await page.screenshot({ path: path.join(folder, `${name}.png`) })
  process.stdout.write(`docs/images/${name}.png\n`)
}
