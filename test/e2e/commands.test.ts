import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import * as path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { readFormOrder } from '../../src/order-form/form-order.js'
import { aConnectionFile } from '../helpers/gateway.js'
import { MAIN, run, write } from './program.js'
import { cleanUp, connect, place, serving } from './stage.js'

afterEach(cleanUp)

describe('commands', () => {
  test('a second gateway on the same folder is refused with a sentence', async () => {
    const where = await place({}, { embedded: true })
    await serving(where)
    const second = await run(where, ['serve'])
    expect(second.code).toBe(1)
    expect(second.stderr).toMatch(/in use by process \d+/)
  })

  test('connections are listed; mail ingest keeps the exact octets, while the gateway runs and without it', async () => {
    const where = await place()
    const gateway = await serving(where)
    await connect(where, 1)
    const listed = await run(where, ['connection', 'list', '--json'])
    const [connection] = JSON.parse(listed.stdout) as { id: string }[]
    const id = connection?.id ?? ''
    expect((await run(where, ['connection', 'list'])).stdout).toMatch(
      /^ID +TITLE .*\n\S+ +DENIC main account +denic +live +de\n$/,
    )
    expect(JSON.parse((await run(where, ['connection', 'show', id, '--json'])).stdout)).toEqual(connection)
    expect((await run(where, ['connection', 'show', id])).stdout).toContain('title: DENIC main account\n')

    const raw = Buffer.from('To: denic-main@in.hoster.example\r\nSubject: \xfcber\r\n\r\n.dot\nbare\r\n', 'latin1')
    const during = await run(where, ['mail', 'ingest'], raw)
    expect(during).toMatchObject({ code: 0, stderr: '' })
    await gateway.end('SIGTERM')
    const after = await run(where, ['mail', 'ingest'], Buffer.concat([raw, Buffer.from('more\r\n')]))
    expect(after).toMatchObject({ code: 0, stderr: '' })
    const shown = await run(where, ['mail', 'show', during.stdout.trim(), '--json'])
    expect(JSON.parse(shown.stdout)).toMatchObject({ size: raw.length })
  })

  test('connection test goes by SMTP to the relay, which is ourselves here, and back', async () => {
    const where = await place()
    const gateway = await serving(where)
    await connect(where, Number(gateway.smtpPort))
    const [connection] = JSON.parse((await run(where, ['connection', 'list', '--json'])).stdout) as { id: string }[]
    const tested = await run(where, ['connection', 'test', connection?.id ?? '', '--wait', '30'])
    expect(tested).toMatchObject({ code: 0, stderr: '' })
    expect(tested.stdout).toMatch(
      /^ok {4}signed .*\nok {4}handed-over .*: 250 .*\nok {4}received .*127\.0\.0\.1.*\nok {4}verified /,
    )
    const rehearsed = await run(where, ['connection', 'rehearse', connection?.id ?? ''])
    expect(rehearsed).toMatchObject({ code: 0, stderr: '' })
    expect(rehearsed.stdout).toMatch(/^from gateway\.asc to a key made for this rehearsal\n(?:ok {4}\S+Z {2}.*\n){11}$/)
    expect((await run(where, ['connection', 'checklist', connection?.id ?? ''])).stdout).toMatch(
      /^\[ \] agreement-signed/,
    )
  })

  test('TLDs are listed, shown and moved; F61: the blank form of one is printed', async () => {
    const where = await place()
    await serving(where)
    await connect(where, 1)
    expect((await run(where, ['tld', 'list'])).stdout).toMatch(/^TLD .*\nde +DENIC main account +live +register /)
    const shown = JSON.parse((await run(where, ['tld', 'show', 'de', '--json'])).stdout) as { actions: object[] }
    expect(shown.actions[0]).toMatchObject({ name: 'register', fields: { properties: { domain: {} } } })
    const form = await run(where, ['form', 'de'])
    expect(form).toMatchObject({ code: 0, stderr: '' })
    const blank = readFormOrder(Buffer.from(form.stdout))
    const lacking = blank.ok ? [] : blank.problems.map(({ detail }) => detail.split(' ')[0])
    expect(lacking).toEqual(['DOMAIN_ADMIN', 'DOMAIN_ACTION'])
    expect(JSON.parse((await run(where, ['form', 'de', '--json'])).stdout)).toEqual({ tld: 'de', form: form.stdout })
    const moved = await run(where, ['tld', 'move', 'xn--p1ai', 'DENIC main account'])
    expect(moved.stdout).toBe('new orders under .рф go to DENIC main account (live)\n')
    expect(JSON.parse((await run(where, ['tld', 'list', '--json'])).stdout)).toMatchObject([
      { tld: 'de' },
      { tld: 'xn--p1ai', warning: null },
    ])
    expect(await run(where, ['tld', 'show', 'fr'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('supported are: de, xn--p1ai'),
    })
  })

  test.each([
    [['nonsense'], 2, /unknown command/],
    [['order'], 2, /Usage/],
    [['connection', 'add'], 2, /--file/],
    [['demo', '--once', '--profile', 'no-such'], 2, /no profile "no-such"/],
    [['demo', '--once', '--behave', 'nicely'], 2, /nicely/],
    [['order', 'show', 'no-such'], 1, /no order/],
    [['order', 'place', '--file', '/nowhere.json'], 1, /nowhere\.json cannot be read/],
    [['serve', '--role', 'cook'], 2, /cook/],
    [['log', '--level', 'loud'], 2, /info, warning, error/],
    [['mail', 'ingest'], 75, /standard input is empty/],
  ])('%j ends with %d', async (args, code, words) => {
    const result = await run(await place(), args)
    expect({ code: result.code, stderr: result.stderr }).toEqual({ code, stderr: expect.stringMatching(words) })
  })

  test('order batch shows what a table comes to, places it once with --yes, and tells each line that is refused', async () => {
    const where = await place()
    await serving(where)
    await connect(where, 1)
    const names = 'billingOrderId,account,accountType,action,domain,nameservers,holder,amount,currency'
    const order = (id: string, domain: string) =>
      `${id},cust-7,customer,register,${domain},ns1.example.net ns2.example.org,DENIC-1234-MUSTER,9.90,EUR`
    const file = write(where, 'orders.csv', [names, order('I-1', 'one.de'), order('I-2', 'two.de')].join('\n'))
    const shown = await run(where, ['order', 'batch', '--file', file])
    expect(shown).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^2 orders\n {2}2 register\n {2}19\.80 EUR\n/),
    })
    expect(JSON.parse((await run(where, ['domain', 'list', '--json'])).stdout)).toEqual([])
    const placed = await run(where, ['order', 'batch', '--file', file, '--yes'])
    expect(placed).toMatchObject({ code: 0, stdout: expect.stringMatching(/2 placed, 0 refused\n$/) })
    expect(await run(where, ['order', 'batch', '--file', file, '--yes'])).toEqual(placed)
    const more = write(where, 'more.csv', [names, order('I-3', 'three.de'), order('I-4', 'a.b.c.de')].join('\n'))
    const some = await run(where, ['order', 'batch', '--file', more, '--yes'])
    expect(some).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/line 3: refused: .*\n1 placed, 1 refused\n$/),
    })
    const wrong = await run(where, ['order', 'batch', '--file', write(where, 'wrong.csv', 'domian\na.de'), '--yes'])
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('line 1, column "domian" is not known') })
  })

  test('mail ingest makes no database of its own in a folder that nobody named', async () => {
    const where = await place({}, { embedded: true })
    const { SEALPOST_DATA: _, ...env } = where.env
    const lost = { ...where, folder: path.join(where.folder, 'keys'), env }
    const result = await run(lost, ['mail', 'ingest'], Buffer.from('To: a@b.example\r\n\r\nhello\r\n'))
    expect({ code: result.code, stderr: result.stderr }).toEqual({
      code: 75,
      stderr: expect.stringMatching(/no database in .*: set SEALPOST_DATA/),
    })
    expect(existsSync(path.join(where.folder, 'keys/data'))).toBe(false)
  })

  test('a connection file with many mistakes is told all of them at once', async () => {
    const where = await place()
    const file = write(where, 'bad.yaml', {
      ...aConnectionFile({ profile: 'nobody', tlds: ['.de'], mode: 'loud', colour: 'red', replyTimeout: 'soon' }),
      registry: { to: 'Robot <robot@registry.example>', from: 'domains@hoster.example' },
    })
    const { code, stderr } = await run(where, ['connection', 'add', '--file', file])
    expect(code).toBe(1)
    for (const word of ['/tlds/0', '/mode', 'colour', '/replyTimeout', '/registry/to', '/registry/replyTo'])
      expect(stderr).toContain(word)
  })

  test('wrong settings are told all at once, by their names, and templates with them', async () => {
    const where = await place({ SEALPOST_HTTP: 'here', SEALPOST_SMTP_PER_ADDRESS: 'many', LOG_LEVEL: 'loud' })
    mkdirSync(path.join(where.folder, 'templates/denic'), { recursive: true })
    write(where, 'templates/denic/register.liquid', 'Subject: x\n\n{{ shoe_size }}\n')
    const { code, stderr } = await run(where, ['config', 'check'])
    expect(code).toBe(1)
    for (const name of ['SEALPOST_HTTP', 'SEALPOST_SMTP_PER_ADDRESS', 'LOG_LEVEL', 'shoe_size'])
      expect(stderr).toContain(name)
  })

  test('a secret that its file sets is shown as set', async () => {
    const where = await place()
    delete where.env['SEALPOST_TOKEN']
    where.env['SEALPOST_TOKEN_FILE'] = write(where, 'token', 'a-token-of-a-file')
    expect((await run(where, ['config', 'check'])).stdout).toMatch(/SEALPOST_TOKEN +\(set\)/)
  })

  test('output that nobody reads any more ends a command quietly', async () => {
    const where = await place()
    const child = spawn(process.execPath, [MAIN, 'config', 'check'], { env: where.env, cwd: where.folder })
    child.stdout.destroy()
    const errors: Buffer[] = []
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
    const [code] = await once(child, 'close')
    expect({ code, stderr: Buffer.concat(errors).toString() }).toEqual({ code: 0, stderr: '' })
  })

  test("an operator's template with an unknown field stops the start, and names the field", async () => {
    const where = await place()
    const source = readFileSync(path.resolve(import.meta.dirname, '../../templates/denic/register.liquid'), 'utf8')
    mkdirSync(path.join(where.folder, 'templates/denic'), { recursive: true })
    write(where, 'templates/denic/register.liquid', `${source}{% if shoe_size %}{{ shoe_size }}{% endif %}\n`)
    const { code, stderr } = await run(where, ['serve'])
    expect(code).toBe(1)
    expect(stderr).toContain('shoe_size')
  })
})
