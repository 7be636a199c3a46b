import { createHash } from 'node:crypto'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NOW } from '../helpers/records.js'
import { call, type Harness, openHarness, orderBody } from './harness.js'

let harness: Harness
beforeAll(async () => {
  harness = await openHarness()
  mkdirSync(harness.templatesDir, { recursive: true })
})
afterAll(() => harness.close())

const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`
const file = (name: string, content: string): void => writeFileSync(path.join(harness.templatesDir, name), content)

const at = () => `/v1/connections/${harness.connection.id}`
const patch = (agreement: unknown) => call(harness.app, 'PATCH', at(), { body: { agreement } })
const shown = async () => (await call(harness.app, 'GET', at())).json['agreement']

const accepted = (version: string, change: Record<string, unknown> = {}) => ({
  agreement: { version, acceptedBy: 'owner@example.net', acceptedAt: '2026-01-01T10:00:00Z', ...change },
})
const order = (change: Record<string, unknown>) => call(harness.app, 'POST', '/v1/orders', { body: orderBody(change) })

describe('F46: the agreement of a connection', () => {
  const TEXT = 'Domains are registered für Sie.\r\nYou agree.'
  const FILE = '\ufeffThe small print.\n'

  test.each([
    ['a text', { text: TEXT }, { text: TEXT, file: null, content: null }, TEXT],
    ['a file', { file: 'agreement.txt' }, { text: null, file: 'agreement.txt', content: FILE }, FILE],
    [
      'both',
      { text: TEXT, file: 'agreement.txt' },
      { text: TEXT, file: 'agreement.txt', content: FILE },
      `${TEXT}\0${FILE}`,
    ],
  ])('may be %s, and is served with a version that anybody can reckon', async (_, given, wanted, octets) => {
    file('agreement.txt', FILE)
    await patch(null)
    const answer = await patch(given)
    expect([answer.status, answer.json['agreement']]).toEqual([
      200,
      { ...wanted, version: sha256(octets), problem: null },
    ])
    expect(await shown()).toEqual(answer.json['agreement'])
    const list = await call(harness.app, 'GET', '/v1/connections')
    expect(list.json['items']).toMatchObject([{ agreement: { version: sha256(octets) } }])
  })

  test.each([
    ['an empty one', {}, '/agreement', /is empty/],
    ['a file that is not there', { file: 'none.txt' }, '/agreement/file', /cannot be read from SEALPOST_TEMPLATES/],
    ['a path', { file: '../keys/a.asc' }, '/agreement/file', /is no file name/],
    ['a link that leads out', { file: 'linked.txt' }, '/agreement/file', /leads out/],
    ['a file that is no text', { file: 'latin1.txt' }, '/agreement/file', /UTF-8/],
    ['an empty file', { file: 'empty.txt' }, '/agreement/file', /it is empty/],
    ['a file that is too large', { file: 'large.txt' }, '/agreement/file', /at most 262144/],
    ['a folder', { file: 'folder' }, '/agreement/file', /cannot be read/],
    ['a text with control characters', { text: 'a\u0000b' }, '/agreement/text', /control characters/],
    ['a field that is not known', { text: 'a', version: '1' }, '/agreement/version', /not a field/],
  ])('is refused as %s', async (_, agreement, pointer, detail) => {
    await patch(null)
    file('empty.txt', '')
    file('large.txt', 'x'.repeat(262_145))
    writeFileSync(path.join(harness.templatesDir, 'latin1.txt'), Buffer.from('f\xfcr', 'latin1'))
    mkdirSync(path.join(harness.templatesDir, 'folder'), { recursive: true })
    writeFileSync(path.join(harness.templatesDir, '../outside.txt'), 'secret')
    rmSync(path.join(harness.templatesDir, 'linked.txt'), { force: true })
    symlinkSync('../outside.txt', path.join(harness.templatesDir, 'linked.txt'))
    const answer = await patch(agreement)
    expect([answer.status, answer.json['errors']]).toEqual([422, [{ pointer, detail: expect.stringMatching(detail) }]])
  })
})

describe('F47: an order on a connection with an agreement', () => {
  const VERSION = sha256('You agree.')
  beforeAll(async () => {
    await patch(null)
    await patch({ text: 'You agree.' })
  })

  test.each([
    ['nothing', {}, '/agreement/version', /is missing: show the agreement.*sha256:/],
    ['another version', accepted(sha256('You agreed.')), '/agreement/version', new RegExp(VERSION)],
    ['a time to come', accepted(VERSION, { acceptedAt: '2026-03-01T10:06:00Z' }), '/agreement/acceptedAt', /future/],
  ])('is refused with %s', async (_, change, pointer, detail) => {
    for (const action of [{}, { action: 'transfer', authInfo: 'Ab3-xY7_kQ' }]) {
      const answer = await order({ ...action, ...change })
      expect([answer.status, answer.json['errors']]).toEqual([
        422,
        [{ pointer, detail: expect.stringMatching(detail) }],
      ])
    }
  })

  test('is told of it together with everything else that is wrong', async () => {
    const answer = await order({ contacts: {} })
    const pointers = (answer.json['errors'] as { pointer: string }[]).map(({ pointer }) => pointer)
    expect(pointers.sort()).toEqual(['/agreement/version', '/contacts/holder/0/handle'])
  })

  test('is taken with the version of now; who, when and which are stored and logged', async () => {
    const given = accepted(VERSION, { acceptedAt: new Date(NOW.getTime() + 60_000).toISOString() })
    const { status, json } = await order(given)
    expect([status, json['agreement']]).toEqual([202, given.agreement])
    expect((await call(harness.app, 'GET', `/v1/orders/${json['id']}`)).json['agreement']).toEqual(given.agreement)
    const log = await call(harness.app, 'GET', `/v1/actions?order=${json['id']}`)
    expect(log.json['items']).toContainEqual(
      expect.objectContaining({
        event: 'agreement.accepted',
        text: expect.stringContaining('owner@example.net accepted the agreement'),
        data: { connection: harness.connection.id, ...given.agreement },
      }),
    )
  })

  test('that was taken stays so when the agreement changes; new ones need the new version', async () => {
    const body = orderBody(accepted(VERSION))
    const first = await call(harness.app, 'POST', '/v1/orders', { body })
    await patch({ text: 'You agree to more.' })
    const again = await call(harness.app, 'POST', '/v1/orders', { body })
    expect([again.status, again.json['id']]).toEqual([202, first.json['id']])
    expect((await order(accepted(VERSION))).status).toBe(422)
    expect((await order(accepted(sha256('You agree to more.')))).status).toBe(202)
    await patch({ text: 'You agree.' })
  })

  test('of a file: a new version counts as soon as the file says so, and none while it cannot be read', async () => {
    file('living.txt', 'one')
    await patch({ text: null, file: 'living.txt' })
    expect((await order(accepted(sha256('one')))).status).toBe(202)
    file('living.txt', 'two')
    expect((await order(accepted(sha256('one')))).status).toBe(422)
    expect((await order(accepted(sha256('two')))).status).toBe(202)
    rmSync(path.join(harness.templatesDir, 'living.txt'))
    const answer = await order(accepted(sha256('two')))
    expect([answer.status, answer.json['detail']]).toEqual([503, expect.stringContaining('living.txt cannot be read')])
    expect(await shown()).toMatchObject({ version: null, content: null, problem: expect.stringMatching(/living\.txt/) })
    await patch(null)
    await patch({ text: 'You agree.' })
  })

  test('that changes a domain needs no acceptance', async () => {
    const answer = await order({ action: 'update-nameservers', domain: 'not-here.de' })
    expect([answer.status, answer.json['detail']]).toEqual([409, expect.stringContaining('is not looked after here')])
  })
})

test('where a connection has no agreement, what an order says of one is kept all the same', async () => {
  await patch(null)
  expect((await order({})).json['agreement']).toBeNull()
  const { status, json } = await order(accepted('2026-01'))
  expect([status, json['agreement']]).toEqual([202, accepted('2026-01').agreement])
})
