import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { cloudEvent } from '../../src/core/cloud-event.js'
import { webhookHeaders, webhookSecret } from '../../src/core/webhook-signature.js'
import { temporaryFolder } from '../helpers/database.js'
import { needs } from '../helpers/needs.js'

const PAGE = readFileSync(path.resolve(import.meta.dirname, '../../docs/webhooks.md'), 'utf8')
const folder = temporaryFolder()
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A block of the page as a reader copies it. */
const blockOf = (language: string): string => {
  const block = new RegExp(`<!-- tested: ${language} -->\n\`\`\`\\w+\n([\\s\\S]*?)\n\`\`\``).exec(PAGE)?.[1]
  if (block === undefined) throw new Error(`docs/webhooks.md has no block of ${language}`)
  return block
}

const AT = new Date('2026-07-01T10:00:00.000Z')
const [SECRET, OTHER] = [webhookSecret(Buffer.alloc(32, 1)), webhookSecret(Buffer.alloc(24, 2))]
const BODY = cloudEvent(
  { id: 'e-1', type: 'order.done', at: AT, subject: 'xn--bcher-kva.de', data: { note: 'grüße' } },
  'urn:x',
)
const headers = webhookHeaders({ id: 'e-1', at: AT, body: BODY, secrets: [SECRET] })
const genuine = { secret: SECRET, headers, body: BODY, now: AT.getTime() / 1_000 }

const CALLS = [
  { name: 'genuine', call: genuine, fits: true },
  { name: 'four minutes old', call: { ...genuine, now: genuine.now + 240 }, fits: true },
  ...[
    [SECRET, OTHER],
    [OTHER, SECRET],
  ].map((secrets) => ({
    name: `signed with two secrets, ${secrets[0] === SECRET ? 'ours first' : 'ours last'}`,
    call: { ...genuine, headers: webhookHeaders({ id: 'e-1', at: AT, body: BODY, secrets }) },
    fits: true,
  })),
  { name: 'signed with another secret', call: { ...genuine, secret: OTHER }, fits: false },
  { name: 'with another body', call: { ...genuine, body: BODY.replace('done', 'gone') }, fits: false },
  { name: 'with another id', call: { ...genuine, headers: { ...headers, 'webhook-id': 'e-2' } }, fits: false },
  { name: 'six minutes old', call: { ...genuine, now: genuine.now + 360 }, fits: false },
  { name: 'of the future', call: { ...genuine, now: genuine.now - 360 }, fits: false },
  { name: 'without a signature', call: { ...genuine, headers: { ...headers, 'webhook-signature': '' } }, fits: false },
  { name: 'without headers', call: { ...genuine, headers: {} }, fits: false },
]

describe('the lines for Node', async () => {
  const file = path.join(folder, 'verify.mjs')
  writeFileSync(file, blockOf('node'))
  const { verifyWebhook } = await import(pathToFileURL(file).href)

  test.each(CALLS)('take a call only where it is ours: one $name', ({ call, fits }) => {
    const verify = () => verifyWebhook(call.secret, call.headers, call.body, call.now * 1_000)
    if (fits) expect(verify()).toEqual(JSON.parse(BODY))
    else expect(verify).toThrow(/webhook|signature/)
  })
})

const withPhp = await needs('php')

withPhp('the lines for PHP', () => {
  const MAIN = `
    $call = json_decode(stream_get_contents(STDIN), true);
    try { echo json_encode(verify_webhook($call['secret'], $call['headers'], $call['body'], $call['now'])); }
    catch (RuntimeException $refused) { fwrite(STDERR, $refused->getMessage()); exit(3); }`

  test.each(CALLS)('take a call only where it is ours: one $name', ({ call, fits }) => {
    const file = path.join(folder, 'verify.php')
    writeFileSync(file, `${blockOf('php')}\n${MAIN}`)
    const { status, stdout, stderr } = spawnSync('php', [file], { input: JSON.stringify(call), encoding: 'utf8' })
    expect(status, stderr + stdout).toBe(fits ? 0 : 3)
    if (fits) expect(JSON.parse(stdout)).toEqual(JSON.parse(BODY))
    else expect(stderr).toMatch(/webhook|signature/)
  })
})
