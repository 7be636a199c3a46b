import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readKeyEnds } from '../../src/flows/examine-keys.js'
import { createMetrics } from '../../src/http/metrics.js'
import { aConnection } from '../helpers/records.js'
import { addUser, signIn } from './console-client.js'
import { call, type Harness, openHarness, place } from './harness.js'

const DAY = 86_400_000
/** When the key of the fixtures that expires does. */
const END = new Date('2026-07-01T12:00:00Z')

let harness: Harness
let cookie: string
const page = async (path: string) => (await harness.app.request(path, { headers: { cookie } })).text()
const attention = async () => (await call(harness.local, 'GET', '/local/attention', { token: null })).json['items']

beforeAll(async () => {
  harness = await openHarness()
  await addUser(harness, 'root')
  cookie = await signIn(harness, 'root')
})
afterAll(() => harness.close())

describe('while all is well', () => {
  test('nothing needs attention', async () => {
    expect(await attention()).toEqual([])
    expect(await page('/')).not.toContain('Needs attention')
  })

  test('a domain names its registry alone', async () => {
    await place(harness.app, { domain: 'well.de' })
    const shown = await page('/domains/well.de')
    expect(shown).toContain('DENIC main account')
    expect(shown).not.toMatch(/weak signatures|sender checks/)
  })
})

describe('with a connection that believes weak signatures and has a key that ends', () => {
  beforeAll(async () => {
    const { registry, signing, trust } = aConnection()
    await harness.deps.store.connections.insert(
      aConnection({
        ...{ id: 'old-registry', title: 'Old <registry>', tlds: ['old'] },
        registry: { ...registry, replyTo: 'old@in.hoster.example' },
        signing: {
          ...signing,
          keys: [{ file: 'expiring.sec.asc', passphraseEnv: null, notBefore: null, notAfter: null }],
        },
        trust: {
          ...{ ...trust, weak: ['sha1'], senderChecks: 'require' },
          keys: [{ file: 'rsa2048.pub.asc', notBefore: null, notAfter: null, names: null }],
        },
      }),
    )
  })

  test('weak trust is on the first page for as long as it is allowed, and escaped', async () => {
    const shown = await page('/')
    expect(shown).toContain('<h2 id="attention">Needs attention</h2>')
    expect(shown).toContain(
      '<span class="badge busy">Warning</span> the connection &quot;Old &lt;registry&gt;&quot; believes weak signatures (trust.weak: sha1)',
    )
    expect(shown).not.toContain('expiring.sec.asc')
  })

  test('what is only worth knowing is left to the settings', async () => {
    expect(await page('/')).not.toContain('trust.senderChecks')
    expect(await attention()).toMatchObject([
      { connection: 'old-registry', about: 'trust', level: 'warning' },
      {
        connection: 'old-registry',
        about: 'trust',
        level: 'info',
        text: expect.stringContaining('senderChecks: require'),
      },
    ])
  })

  test('a domain of that connection says so beside its registry', async () => {
    const domain = await harness.deps.store.domains.get('well.de')
    if (domain === null) throw new Error('the domain is not there')
    await harness.deps.store.domains.save({ ...domain, connectionId: 'old-registry' })
    const shown = await page('/domains/well.de')
    expect(shown).toContain('<span class="badge bad">weak signatures believed: sha1</span>')
    expect(shown).toContain('<span class="badge idle">sender checks: require</span>')
  })

  test('a key is on the first page from 60 days before its end', async () => {
    harness.advance(END.getTime() - harness.deps.clock.now().getTime() - 20 * DAY)
    cookie = await signIn(harness, 'root')
    const shown = await page('/')
    expect(shown).toMatch(/<span class="badge busy">Warning<\/span> the key expiring\.sec\.asc \(.*expires in 20 days/)
    harness.advance(20 * DAY)
    cookie = await signIn(harness, 'root')
    expect(await page('/')).toMatch(/<span class="badge bad">Error<\/span> the key expiring\.sec\.asc \(.*expired at/)
  })

  test('/metrics tell the time of its end, for alarms elsewhere', async () => {
    const { store } = harness.deps
    const keyEnds = () => readKeyEnds(harness.deps)
    const line = /^sealpost_key_expiry_timestamp_seconds\{(.*)\} (\d+)$/gm
    const shown = await createMetrics({ store, keyEnds, processMetrics: false }).render()
    expect([...shown.matchAll(line)].map(([, labels, value]) => [labels, Number(value)])).toEqual([
      ['connection="old-registry",file="expiring.sec.asc"', END.getTime() / 1_000],
    ])
    const away = () => Promise.reject(new Error('the database is away'))
    expect(await createMetrics({ store, keyEnds: away, processMetrics: false }).render()).not.toMatch(line)
  })
})
