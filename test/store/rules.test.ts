import { v7 as newId } from 'uuid'
import { beforeAll, expect, test } from 'vitest'
import type { MailRule } from '../../src/core/mail-rule.js'
import type { OpenedStore } from '../../src/store/open.js'
import { eachDatabase } from '../helpers/database.js'
import { aConnection, later, NOON } from './samples.js'

await eachDatabase((_, open) => {
  let store: OpenedStore
  beforeAll(async () => {
    store = (await open()).store
  })

  const connected = async (): Promise<string> => {
    const connection = aConnection()
    await store.connections.insert(connection)
    return connection.id
  }
  const aRule = (connectionId: string, change: Partial<MailRule> = {}): MailRule => ({
    ...{ id: newId(), version: 1, connectionId, title: 'late', words: ['in "Bücher", {late}', "o'clock"], without: [] },
    ...{ outcome: 'refused', code: 'X-1', enabled: true, note: null, by: 'user:ann', at: NOON, ...change },
  })

  test('rules come back as they were written, in the order in which they were made', async () => {
    const id = await connected()
    const first = aRule(id)
    const second = aRule(id, { without: ['not this', 'nor that'], outcome: 'notice', code: null, note: 'why' })
    await store.rules.insert(first)
    await store.rules.insert(second)
    await store.rules.insert(aRule(await connected()))
    expect(await store.rules.list(id)).toEqual([first, second])
    expect(await store.rules.versions(second.id)).toEqual([second])
    expect([await store.rules.versions(newId()), await store.rules.versions('nonsense')]).toEqual([[], []])
  })

  test('of a rule the last version counts, on or off, and all stay', async () => {
    const id = await connected()
    const rule = aRule(id)
    const changed = { ...rule, version: 2, words: ['at last'], at: later(5) }
    const off = { ...changed, version: 3, enabled: false }
    await store.rules.insert(rule)
    await store.rules.insert(changed)
    const { title, words, without, outcome, code, note } = changed
    const active = { id: rule.id, version: 2, title, words, without, outcome, code, note }
    expect(await store.rules.active(id)).toEqual([active])
    await store.rules.insert(off)
    expect([await store.rules.active(id), await store.rules.list(id)]).toEqual([[], [off]])
    expect(await store.rules.versions(rule.id)).toEqual([off, changed, rule])
  })

  test('a version is written once', async () => {
    const rule = aRule(await connected())
    await store.rules.insert(rule)
    await expect(store.rules.insert({ ...rule, title: 'rival' })).rejects.toMatchObject({ rule: 'rule-version' })
  })
})
