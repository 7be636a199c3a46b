import { spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cloudEvent } from '../../src/core/cloud-event.js'
import { webhookHeaders, webhookSecret } from '../../src/core/webhook-signature.js'
import { eventually, type Place, run, type Serving, TOKEN } from '../e2e/program.js'
import { cleanUp, connect, place, serving, simulator } from '../e2e/stage.js'
import { temporaryFolder } from '../helpers/database.js'
import { needs } from '../helpers/needs.js'
import { type Script, startScript } from './script.js'

const EXAMPLE = path.resolve(import.meta.dirname, '../../examples/fossbilling')
const CALL = path.join(import.meta.dirname, 'fossbilling/call.php')

const folder = temporaryFolder()
const servers: Script[] = []
afterAll(() => {
  for (const server of servers) server.kill()
  rmSync(folder, { recursive: true, force: true })
})

type Asked = {
  config?: Record<string, string>
  order?: { id: number; client: number; expiresAt?: string } | null
  domain?: Record<string, unknown>
  contact?: Record<string, string>
  testMode?: boolean
}
type Answer = {
  result?: unknown
  domain?: Record<string, unknown>
  error?: string
  class?: string
  code?: number
}

const CONTACT = {
  FirstName: 'Erika',
  LastName: 'Müller',
  Email: 'erika@example.net',
  Company: '',
  Address1: 'Hauptstraße 1',
  Address2: '',
  City: 'Köln',
  State: 'NRW',
  Zip: '50667',
  Country: 'DE',
  TelCc: '49',
  Tel: '221 123456',
}

/** FOSSBilling calls a method of the module, in a process of its own. */
const callModule = async (method: string, asked: Asked, config: Record<string, string>): Promise<Answer> => {
  const child = spawn('php', [CALL], { stdio: ['pipe', 'pipe', 'pipe'] })
  let [said, errors] = ['', '']
  child.stdout.on('data', (chunk) => {
    said += chunk
  })
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  const { order = { id: 17, client: 7 }, domain, contact, testMode = false } = asked
  child.stdin.end(
    JSON.stringify({
      ...{ method, order, testMode, contact: { ...CONTACT, ...contact } },
      domain: { Tld: '.de', RegistrationPeriod: 1, ...domain },
      config: { ...config, ...asked.config },
    }),
  )
  const code = await new Promise((resolve) => child.once('close', resolve))
  expect(code, errors + said).toBe(0)
  return JSON.parse(said)
}

const NAMESERVERS = { Ns1: 'ns1.example.net', Ns2: 'ns2.example.org' }

const withPhp = await needs('php')

withPhp('the registrar module for FOSSBilling, with a gateway and a simulated registry', () => {
  let where: Place
  let gateway: Serving
  let config: Record<string, string>
  beforeAll(async () => {
    where = await place({ SEALPOST_WEBHOOK_PRIVATE: 'allow' })
    gateway = await serving(where)
    await connect(where, await simulator(where, gateway))
    config = { url: gateway.http, token: TOKEN, holder: 'DENIC-1234-MUSTER', wait: '120' }
  })
  afterAll(cleanUp)

  const call = (method: string, asked: Asked = {}) => callModule(method, asked, config)
  const ordersOf = async (domain: string) => {
    const answer = await gateway.call('GET', `/v1/orders?domain=${encodeURIComponent(domain)}`)
    const { items } = (await answer.json()) as { items: { id: string; billingOrderId: string; status: string }[] }
    return items.map(({ billingOrderId, status }) => `${billingOrderId} ${status}`).reverse()
  }
  const until = (domain: string, last: string) =>
    eventually(
      () => ordersOf(domain),
      (orders) => orders.at(-1) === last,
    )
  /** The registry hears nothing meanwhile. */
  const whilePaused = async (act: () => Promise<void>) => {
    const { items } = (await (await gateway.call('GET', '/v1/connections')).json()) as { items: [{ id: string }] }
    const set = (how: 'pause' | 'resume') => gateway.call('POST', `/v1/connections/${items[0].id}/${how}`)
    await set('pause')
    await act().finally(() => set('resume'))
  }
  const registered = async (order: { id: number; client: number }, sld: string) => {
    const domain = { Sld: sld, ...NAMESERVERS }
    expect(await call('registerDomain', { order, domain })).toMatchObject({ result: true })
    await until(`${sld}.de`, `fossbilling-${order.id}-register-1 done`)
    return { order, domain }
  }

  test('registers, says how it stands until it is done, and places nothing twice', async () => {
    const asked = {
      order: { id: 17, client: 7, expiresAt: '2030-01-31 12:00:00' },
      domain: { Sld: 'bücher', ...NAMESERVERS },
    }
    expect(await call('getDomainDetails', asked)).toMatchObject({
      class: 'Registrar_Exception',
      error: 'bücher.de is not known to Sealpost.',
    })
    const both = await Promise.all([call('registerDomain', asked), call('registerDomain', asked)])
    expect(both).toEqual([expect.objectContaining({ result: true }), expect.objectContaining({ result: true })])
    await until('bücher.de', 'fossbilling-17-register-1 done')
    expect(await call('registerDomain', asked)).toMatchObject({ result: true })
    expect(await ordersOf('bücher.de')).toEqual(['fossbilling-17-register-1 done'])

    const details = await call('getDomainDetails', asked)
    expect(details).toMatchObject({
      result: 'domain',
      domain: { ...NAMESERVERS, Ns3: null, Ns4: null, Locked: false, RegistrationTime: expect.any(Number) },
    })
    // The registry has no date; what is paid for stands in for it.
    expect(details.domain?.['ExpirationTime']).toBe(Date.parse('2030-01-31T12:00:00Z') / 1_000)
    expect(await call('isDomainAvailable', asked)).toMatchObject({ result: false })
  })

  test('asks the registry whether a name is free or elsewhere, once an hour', async () => {
    const order = null // as in the shop, where there is no order yet
    for (const [sld, free] of [
      ['frei', true],
      ['taken-name', false],
    ] as const) {
      expect(await call('isDomainAvailable', { order, domain: { Sld: sld } })).toMatchObject({ result: free })
      expect(await call('isDomaincanBeTransferred', { order, domain: { Sld: sld } })).toMatchObject({ result: !free })
      expect(await ordersOf(`${sld}.de`)).toHaveLength(1)
    }
    const hasty = { order, config: { availability: 'order' }, domain: { Sld: 'taken-other' } }
    expect(await call('isDomainAvailable', hasty)).toMatchObject({ result: true })
    expect(await ordersOf('taken-other.de')).toEqual([])
  })

  test('says nothing is free where the registry has not answered', async () => {
    const asked = { order: null, config: { wait: '1' }, domain: { Sld: 'warten' } }
    await whilePaused(async () => {
      const answer = await call('isDomainAvailable', asked)
      expect(answer).toMatchObject({ error: expect.stringContaining('has not answered yet') })
    })
    expect(await call('isDomainAvailable', { ...asked, config: {} })).toMatchObject({ result: true })
    expect(await ordersOf('warten.de')).toHaveLength(1)
  })

  test('transfers with the code that the customer gave', async () => {
    const asked = { order: { id: 18, client: 7 }, domain: { Sld: 'transfer-me', Epp: 'Ab3-xY7_kQ', ...NAMESERVERS } }
    expect(await call('transferDomain', asked)).toMatchObject({ result: true })
    await until('transfer-me.de', 'fossbilling-18-transfer-1 done')
    expect(await call('getDomainDetails', asked)).toMatchObject({ result: 'domain' })
  })

  test('changes name servers, back and forth, and does not send what is so already', async () => {
    const asked = await registered({ id: 19, client: 7 }, 'wechsel')
    const other = { ...asked, domain: { ...asked.domain, Ns2: 'ns3.example.com' } }
    expect(await call('modifyNs', asked)).toMatchObject({ result: true })
    expect(await ordersOf('wechsel.de')).toHaveLength(1)
    for (const [index, change] of [other, asked].entries()) {
      expect(await call('modifyNs', change)).toMatchObject({ result: true })
      await until('wechsel.de', `fossbilling-19-update-nameservers-${index + 1} done`)
      expect(await call('getDomainDetails', asked)).toMatchObject({ domain: { Ns2: change.domain.Ns2 } })
    }
  })

  test('shows what the gateway and the registry refuse, in their words, and orders anew what was refused', async () => {
    expect(
      await call('registerDomain', { order: { id: 30, client: 7 }, domain: { Sld: 'kurz', Ns1: 'ns1.example.net' } }),
    ).toMatchObject({
      class: 'Registrar_Exception',
      code: 422,
      error: 'the order cannot become a request: /nameservers: There is one name server; the registry wants 2 to 13.',
    })
    const refused = { order: { id: 20, client: 7 }, domain: { Sld: 'refuse-me', ...NAMESERVERS } }
    for (const number of [1, 2]) {
      await call('registerDomain', refused)
      await until('refuse-me.de', `fossbilling-20-register-${number} refused`)
    }
    expect(await call('getDomainDetails', refused)).toMatchObject({
      error: expect.stringMatching(/^refuse-me\.de is not registered, it is Error\. /),
    })
    const elsewhere = await registered({ id: 21, client: 7 }, 'vergeben')
    expect(await call('registerDomain', { ...elsewhere, order: { id: 22, client: 8 } })).toMatchObject({ code: 409 })
    expect(await call('registerDomain', { config: { token: 'wrong' }, domain: { Sld: 'a' } })).toMatchObject({
      code: 401,
    })
    expect(await call('registerDomain', { config: { url: 'http://127.0.0.1:9' }, domain: { Sld: 'a' } })).toMatchObject(
      {
        code: 0,
        error: expect.stringContaining('gave no answer at http://127.0.0.1:9'),
      },
    )
    expect(await call('registerDomain', { config: { token: '' } })).toMatchObject({
      error: expect.stringContaining('no token'),
    })
    expect(await call('registerDomain', { order: null, domain: { Sld: 'a' } })).toMatchObject({
      error: expect.stringContaining('no order'),
    })
  })

  test('says why where the registry has no such order', async () => {
    const asked = await registered({ id: 23, client: 7 }, 'dauer')
    expect(await call('renewDomain', asked)).toMatchObject({
      code: 422,
      error: expect.stringContaining('renews by itself'),
    })
    expect(await call('renewDomain', { ...asked, config: { renewing: 'at, de' } })).toMatchObject({ result: true })
    expect(await call('renewDomain', { config: { renewing: 'de' }, domain: { Sld: 'nobody' } })).toMatchObject({
      error: expect.stringContaining('not known'),
    })
    expect(await call('lock', asked)).toMatchObject({
      code: 422,
      error: expect.stringContaining('no order that locks'),
    })
    expect(await call('unlock', asked)).toMatchObject({
      code: 422,
      error: expect.stringContaining('releases a domain'),
    })
    for (const method of ['enablePrivacyProtection', 'disablePrivacyProtection'])
      expect(await call(method, asked)).toMatchObject({ error: expect.stringContaining('no privacy protection') })
    expect(await ordersOf('dauer.de')).toHaveLength(1)
  })

  test('makes a transfer code and gives the same again', async () => {
    const asked = {
      ...(await registered({ id: 24, client: 7 }, 'umzug')),
      config: { authinfo_key: 'a key that nobody guesses' },
    }
    const { result: code } = await call('getEpp', asked)
    expect(code).toMatch(/^[a-z2-9_-]{16}$/)
    expect(await call('getEpp', asked)).toMatchObject({ result: code })
    expect(await ordersOf('umzug.de')).toEqual([
      'fossbilling-24-register-1 done',
      'fossbilling-24-create-authinfo-1 done',
    ])
    expect(await call('getEpp', { ...asked, config: {} })).toMatchObject({
      error: expect.stringContaining('need a key'),
    })
  })

  test('creates a contact for the domain, and changes it', async () => {
    const created = { holder: '', handle_prefix: 'DENIC-1234-FB' }
    const asked = { order: { id: 25, client: 7 }, config: created, domain: { Sld: 'kontakt', ...NAMESERVERS } }
    expect(await call('registerDomain', asked)).toMatchObject({ result: true })
    await until('kontakt.de', 'fossbilling-25-register-1 done')
    expect((await ordersOf('kontakt.de'))[0]).toBe('fossbilling-25-create-contact-1 done')
    const moved = { ...asked, contact: { City: 'Bonn' } }
    expect(await call('modifyContact', moved)).toMatchObject({ result: true })
    await until('kontakt.de', 'fossbilling-25-update-contact-1 done')
    const mails = await gateway.call('GET', '/v1/mails?direction=out&limit=1')
    const [{ id }] = ((await mails.json()) as { items: [{ id: string }] }).items
    const raw = await (await gateway.call('GET', `/v1/mails/${id}/raw`)).text()
    expect(raw).toContain('Handle: DENIC-1234-FB25')
    expect(raw).toContain('City: Bonn')
    expect(raw).toContain('Phone: +49.221123456')
    expect(await call('modifyContact', { ...asked, config: {} })).toMatchObject({
      error: expect.stringContaining('DENIC-1234-MUSTER'),
    })
    expect(await call('registerDomain', { ...asked, config: { holder: '' } })).toMatchObject({
      error: expect.stringContaining('neither a holder'),
    })
  })

  test('withdraws what is open, deletes what is registered, and tells that it is gone', async () => {
    const asked = await registered({ id: 26, client: 7 }, 'ende')
    expect(await call('deleteDomain', asked)).toMatchObject({ result: true })
    await until('ende.de', 'fossbilling-26-close-1 done')
    expect(await call('getDomainDetails', asked)).toMatchObject({ class: 'Registrar_Exception_DomainNotFound' })
    expect(await call('deleteDomain', asked)).toMatchObject({ result: true })
    expect(await ordersOf('ende.de')).toHaveLength(2)

    const open = { order: { id: 27, client: 7 }, domain: { Sld: 'doch-nicht', ...NAMESERVERS } }
    await whilePaused(async () => {
      expect(await call('registerDomain', open)).toMatchObject({ result: true })
      expect(await call('deleteDomain', open)).toMatchObject({ result: true })
    })
    expect(await ordersOf('doch-nicht.de')).toEqual(['fossbilling-27-register-1 cancelled'])
  })

  test('sends nothing to a live registry in the test mode of FOSSBilling', async () => {
    const asked = { testMode: true, domain: { Sld: 'probe', ...NAMESERVERS } }
    expect(await call('registerDomain', asked)).toMatchObject({ error: expect.stringContaining('is live') })
    expect(await ordersOf('probe.de')).toEqual([])
  })

  test('lists the TLDs of the gateway, and its settings as FOSSBilling shows them', async () => {
    expect(await call('getTlds')).toMatchObject({ result: ['.de'] })
    const { result } = await call('getConfig')
    expect(Object.keys((result as { form: object }).form)).toEqual(
      expect.arrayContaining(['url', 'token', 'holder', 'handle_prefix', 'wait']),
    )
  })

  test('its webhook endpoint takes what the gateway sends about an order of FOSSBilling', async () => {
    const { id: hook, secret } = JSON.parse(
      (await run(where, ['webhook', 'add', '--url', 'http://127.0.0.1:9/', '--json'])).stdout,
    )
    const endpoint = await webhookEndpoint('gateway', [secret])
    await run(where, ['webhook', 'change', hook, '--url', endpoint.url])
    await registered({ id: 28, client: 7 }, 'ereignis')
    const taken = await eventually(
      async () => endpoint.taken(),
      (lines) => lines.some(({ type }) => type === 'domain.registered'),
    )
    expect(taken.find(({ type }) => type === 'domain.registered')).toMatchObject({ subject: 'ereignis.de', order: 28 })
  })
})

const AT = new Date('2026-07-01T10:00:00.000Z')
const [SECRET, NEXT, OTHER] = [1, 2, 3].map((fill) => webhookSecret(Buffer.alloc(32, fill))) as [string, string, string]

/** The endpoint as a web server runs it, with `take` as given: PHP that sees `$event`. */
const webhookEndpoint = async (name: string, secrets: string[], take = '') => {
  const at = path.join(folder, name)
  for (const part of ['', 'public', 'seen']) mkdirSync(path.join(at, part))
  copyFileSync(path.join(EXAMPLE, 'sealpost-webhook.php'), path.join(at, 'public/sealpost-webhook.php'))
  const log = path.join(at, 'taken.jsonl')
  writeFileSync(log, '')
  writeFileSync(
    path.join(at, 'sealpost-webhook-settings.php'),
    `<?php return ['secrets' => ${JSON.stringify(secrets)}, 'seen' => __DIR__ . '/seen', 'take' => function (array $event): void {
      ${take}
      $event['order'] = sealpost_order_of($event);
      file_put_contents(__DIR__ . '/taken.jsonl', json_encode($event) . "\\n", FILE_APPEND | LOCK_EX);
    }];`,
  )
  // PHP reports its port on standard error.
  const server = startScript('sh', ['-c', `exec php -S 127.0.0.1:0 -t ${path.join(at, 'public')} 2>&1`], {
    PHP_CLI_SERVER_WORKERS: '4',
  })
  servers.push(server)
  const started = await server.line((text) => text.includes(') started'))
  const url = `${/\((http:[^)]+)\)/.exec(started)?.[1]}/sealpost-webhook.php`
  return {
    url,
    at,
    taken: (): { id: string; type: string; order: number | null }[] =>
      readFileSync(log, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
  }
}

withPhp('the webhook endpoint', () => {
  const callOf = (change: { id?: string; at?: Date; secrets?: string[] } = {}) => {
    const { id = 'e-1', at = new Date(), secrets = [SECRET] } = change
    const body = cloudEvent(
      { id, type: 'order.done', at: AT, subject: 'xn--bcher-kva.de', data: { note: 'grüße' } },
      'urn:x',
    )
    return { method: 'POST', headers: webhookHeaders({ id, at, body, secrets }), body }
  }
  const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000)

  describe('takes a call only where it is ours', () => {
    let endpoint: Awaited<ReturnType<typeof webhookEndpoint>>
    beforeAll(async () => {
      // An empty secret, as of a setting that was forgotten, opens nothing.
      endpoint = await webhookEndpoint('ours', ['', SECRET])
    })

    test.each([
      { name: 'genuine', call: () => callOf({ id: 'genuine' }), status: 204 },
      { name: 'signed twice', call: () => callOf({ id: 'twice', secrets: [NEXT, SECRET] }), status: 204 },
      { name: 'another secret', call: () => callOf({ secrets: [OTHER] }), status: 401 },
      { name: 'an empty secret', call: () => callOf({ secrets: ['whsec_'] }), status: 401 },
      { name: 'another body', call: () => ({ ...callOf(), body: '{}' }), status: 401 },
      { name: 'six minutes old', call: () => callOf({ at: ago(6) }), status: 401 },
      { name: 'of the future', call: () => callOf({ at: ago(-6) }), status: 401 },
      { name: 'no headers', call: () => ({ ...callOf(), headers: {} }), status: 401 },
    ])('$name: $status', async ({ call, status }) => {
      const before = endpoint.taken().length
      expect((await fetch(endpoint.url, call())).status).toBe(status)
      expect(endpoint.taken().length - before).toBe(status === 204 ? 1 : 0)
    })
  })

  test('takes an event once, however often it comes, at once too', async () => {
    const endpoint = await webhookEndpoint('once', [SECRET], 'usleep(100000);')
    const answers = await Promise.all(Array.from({ length: 4 }, () => fetch(endpoint.url, callOf())))
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 204])
    expect(endpoint.taken()).toHaveLength(1)
  })

  test('answers 500 where the work failed, so that it comes again, and takes it then', async () => {
    const endpoint = await webhookEndpoint(
      'fails',
      [SECRET],
      "if (!file_exists(__DIR__ . '/open')) { throw new RuntimeException('the shop is closed'); }",
    )
    expect((await fetch(endpoint.url, callOf())).status).toBe(500)
    writeFileSync(path.join(endpoint.at, 'open'), '')
    expect((await fetch(endpoint.url, callOf())).status).toBe(204)
    expect((await fetch(endpoint.url, callOf())).status).toBe(204)
    expect(endpoint.taken()).toHaveLength(1)
  })
})
