import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openTestStore, type TestStore } from '../helpers/database.js'
import { REPLY_TO, ROBOT } from '../helpers/gateway.js'
import { DAY, fileOrder, type Json, openStage, registerDomain, type Stage } from './stage.js'

let store: TestStore
let stage: Stage
let main: string
beforeAll(async () => {
  store = await openTestStore()
})
beforeEach(async () => {
  stage = await openStage(store)
  main = (await stage.connect()).id
  await registerDomain(stage, { domain: 'delta.de' })
  await stage.pass(DAY)
  const other = await stage.connect({
    ...{ title: 'Second account', tlds: [] },
    registry: { to: ROBOT, from: 'second@hoster.example', replyTo: `second-${REPLY_TO}` },
  })
  await fileOrder(stage, { domain: 'charlie.de', connection: other.id })
  await stage.pass(DAY)
  const refused = await fileOrder(stage, { domain: 'alpha.de' })
  await stage.refuse(refused.id)
  await stage.place({ domain: 'bücher.de' })
})
afterEach(() => stage.close())
afterAll(() => store.close())

const listed = async (query: string): Promise<unknown[]> =>
  (await stage.items(`/v1/domains${query}`)).map(({ unicodeName }) => unicodeName)

test('F18: the list shows name, tick, status, registry and since when it is so', async () => {
  expect((await stage.items('/v1/domains?sort=name')).map(shown)).toEqual([
    ['alpha.de', false, 'Error', main, 0],
    ['charlie.de', true, 'Registering', expect.any(String), DAY],
    ['delta.de', true, 'Registered', main, 2 * DAY],
    ['bücher.de', false, 'Pending', main, 0],
  ])
})
const shown = ({ unicodeName, registered, status, connection, since }: Json) => [
  ...[unicodeName, registered, status, connection],
  stage.gateway.now().getTime() - Date.parse(String(since)),
]

test.each([
  ['', ['bücher.de', 'alpha.de', 'charlie.de', 'delta.de']],
  ['?sort=-name', ['bücher.de', 'delta.de', 'charlie.de', 'alpha.de']],
  ['?sort=status', ['bücher.de', 'charlie.de', 'delta.de', 'alpha.de']],
  ['?sort=-status', ['alpha.de', 'delta.de', 'charlie.de', 'bücher.de']],
  ['?sort=-age', ['delta.de', 'charlie.de', 'alpha.de', 'bücher.de']],
  ['?sort=name&registered=true', ['charlie.de', 'delta.de']],
  ['?status=Error', ['alpha.de']],
  ['?q=BÜCH', ['bücher.de']],
  ['?q=xn--b', ['bücher.de']],
  ['?tld=de&q=l&sort=name', ['alpha.de', 'charlie.de', 'delta.de']],
  ['?tld=uk', []],
])('F18: it is sorted and filtered: %s', async (query, names) => {
  expect(await listed(query)).toEqual(names)
})

test('F18: it is filtered by registry, and goes on page by page in its sort', async () => {
  expect(await listed(`?connection=${main}&sort=name`)).toEqual(['alpha.de', 'delta.de', 'bücher.de'])
  const first = await stage.get('/v1/domains?sort=name&limit=2')
  await stage.place({ domain: 'aaa.de', billingOrderId: 'INV-new' })
  const rest = await stage.get(`/v1/domains?sort=name&limit=2&cursor=${first['next']}`)
  expect(rest).toMatchObject({ items: [{ name: 'delta.de' }, { unicodeName: 'bücher.de' }], next: null })
  expect(await stage.get(`/v1/domains?sort=age&cursor=${first['next']}`)).toMatchObject({
    status: 422,
    errors: [{ pointer: '/cursor' }],
  })
  expect(await stage.get('/v1/domains?sort=price')).toMatchObject({ status: 422, errors: [{ pointer: '/sort' }] })
})
