import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import * as path from 'node:path'
import type { PoolClient } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkLog } from '../../src/flows/check-log.js'
import { verifyLog } from '../../src/flows/verify-log.js'
import { eachDatabase, type TestDatabase, temporaryFolder } from '../helpers/database.js'
import { addTestConnection, createTestGateway, failure, success, type TestGateway } from '../helpers/gateway.js'

const DAY = 24 * 60 * 60_000
const EDITS = 100

/** The same numbers each time: a linear congruential generator with the constants of Numerical Recipes. */
const dice = (seed: number) => {
  let state = seed
  return (sides: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * sides)
  }
}

type Row = { id: string; mail: string | null; sha: string | null }
/** What an edit does, and the entry or the mail that has to be named. */
type Edit = { what: string; sql: [string, unknown[]][]; entry: string | null; mail?: string }

await eachDatabase((_, open) => {
  const folder = temporaryFolder()
  let database: TestDatabase
  let gateway: TestGateway
  let log: Row[]
  beforeAll(async () => {
    database = await open()
    gateway = await createTestGateway(database.store, folder)
    await addTestConnection(gateway)
    for (const [at, answer] of [success, failure, success, failure].entries()) {
      const order = await gateway.place({ domain: `name-${at}.de` })
      await gateway.run()
      const [request] = await database.store.requests.findByOrder(order.id)
      const reply = await gateway.reply(answer(request?.reference ?? ''))
      await gateway.receive(reply)
      if (at === 0) await gateway.receive(reply)
      await gateway.receive(`Subject: number ${at}\r\n\r\nhello\r\n`)
    }
    gateway.deps.retention = DAY
    gateway.pass(2 * DAY)
    await gateway.receive('Subject: new\r\n\r\nhello\r\n')
    await gateway.run()
    await copyTables()
  })
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

  /** The tables as they should be. */
  const copyTables = async (): Promise<void> => {
    for (const table of ['actions', 'mails', 'log_head'])
      await database.pool.query(`CREATE TABLE good_${table} AS TABLE ${table}`)
    const { rows } = await database.pool.query<Row>(
      `SELECT id::text, mail_id AS mail, data ->> 'sha256' AS sha FROM actions ORDER BY actions.id`,
    )
    log = rows
  }
  /** With no trigger and no foreign key in the way. */
  const past = async (work: (client: PoolClient) => Promise<void>): Promise<void> => {
    const client = await database.pool.connect()
    try {
      await client.query('BEGIN')
      await client.query('SET LOCAL session_replication_role = replica')
      await work(client)
      await client.query('COMMIT')
    } finally {
      client.release()
    }
  }
  const made = (sql: Edit['sql']): Promise<void> =>
    past(async (client) => {
      for (const [text, values] of sql) await client.query(text, values)
    })
  const mended = (): Promise<void> =>
    past(async (client) => {
      for (const table of ['actions', 'mails', 'log_head']) {
        await client.query(`DELETE FROM ${table}`)
        await client.query(`INSERT INTO ${table} SELECT * FROM good_${table}`)
      }
    })
  const one = async <T extends object>(text: string, values: unknown[]): Promise<T> => {
    const { rows } = await database.pool.query<T>(text, values)
    const [row] = rows
    if (row === undefined) throw new Error('there is no such row')
    return row
  }
  const firstEntryOf = (mail: string): string | null =>
    log.find((row) => row.mail === mail && row.sha !== null)?.id ?? null

  const entryEdits = (roll: (sides: number) => number): Edit => {
    const { id } = log[roll(log.length)] ?? { id: '1' }
    const set = (what: string, assignment: string): Edit => ({
      what: `${what} of entry ${id}`,
      sql: [[`UPDATE actions SET ${assignment} WHERE id = $1`, [id]]],
      entry: id,
    })
    const later = String(log.length + 1)
    const next = String(Math.min(Number(id) + 1, log.length))
    const edits: (() => Edit)[] = [
      () => set('the text', `text = text || '.'`),
      () => set('the time', `at = at + interval '1 millisecond'`),
      () => set('the actor', `actor = 'user:nobody'`),
      () => set('the data', `data = data || '{"x": 1}'`),
      () => set('the level', `level = CASE level WHEN 'info' THEN 'error' ELSE 'info' END::action_level`),
      () => set('the domain', `domain = 'other.de'`),
      () => set('the order', `order_id = 'other'`),
      () => set('the salt', `salt = repeat('0', 32)`),
      () => set('no salt', `salt = NULL`),
      () => set('the hash', `hash = repeat('0', 64)`),
      () => ({ what: `entry ${id} removed`, sql: [['DELETE FROM actions WHERE id = $1', [id]]], entry: id }),
      () => ({
        what: 'an entry added',
        sql: [
          [
            `INSERT INTO actions SELECT $1, at, level, actor, event, text, domain, order_id, request_id, mail_id, data, hash, salt FROM actions WHERE id = $2`,
            [later, id],
          ],
        ],
        entry: later,
      }),
      () => ({
        what: `entries ${id} and ${next} in another order`,
        sql: [
          ['UPDATE actions SET id = 1000000 WHERE id = $1', [id]],
          ['UPDATE actions SET id = $1 WHERE id = $2', [id, next]],
          ['UPDATE actions SET id = $1 WHERE id = 1000000', [next]],
        ],
        entry: id,
      }),
    ]
    return (edits[roll(id === next ? edits.length - 1 : edits.length)] ?? (() => set('the text', `text = ''`)))()
  }

  const mailEdits = async (roll: (sides: number) => number, count: number): Promise<Edit> => {
    const { rows } = await database.pool.query<{ id: string; archived: boolean }>(
      'SELECT id::text, archived_at IS NOT NULL AS archived FROM mails ORDER BY id',
    )
    const { id, archived } = rows[roll(rows.length)] ?? { id: '', archived: false }
    const raw = Buffer.from(`Subject: another ${count}\r\n\r\nx\r\n`)
    const sha256 = createHash('sha256').update(raw).digest('hex')
    const about = (what: string, text: string, values: unknown[]): Edit => ({
      ...{ what: `${what} of mail ${id}`, sql: [[text, [id, ...values]]], entry: firstEntryOf(id), mail: id },
    })
    const added = `00000000-0000-7000-8000-${String(900_000 + count).padStart(12, '0')}`
    const edits: (() => Edit)[] = [
      () => about('other octets', 'UPDATE mails SET raw = $2 WHERE id = $1', [raw]),
      () =>
        about('other octets with their digest', 'UPDATE mails SET raw = $2, sha256 = $3 WHERE id = $1', [raw, sha256]),
      () => about('another digest', 'UPDATE mails SET sha256 = $2 WHERE id = $1', [sha256]),
      () => about('the whole', 'DELETE FROM mails WHERE id = $1', []),
      () => ({
        ...{ what: 'a mail added', entry: null, mail: added },
        sql: [
          [
            `INSERT INTO mails (id, direction, envelope, received_at, sha256, size, raw, stage, orders) VALUES ($1, 'in', '{}', now(), $2, 1, $3, 'settled', '{}')`,
            [added, sha256, raw],
          ],
        ],
      }),
      () => about('no octets', 'UPDATE mails SET raw = NULL WHERE id = $1', []),
      () => about('one octet', `UPDATE mails SET raw = set_byte(raw, 9, get_byte(raw, 9) # 1) WHERE id = $1`, []),
    ]
    return (
      edits[roll(archived ? edits.length - 2 : edits.length)] ??
      (() => about('the whole', 'DELETE FROM mails WHERE id = $1', []))
    )()
  }

  test(`of ${EDITS} edits past the log each is found, and the first entry that is broken is named`, async () => {
    const verdict = await verifyLog(gateway.deps)
    expect(verdict).toMatchObject({ whole: true, entries: log.length })
    const roll = dice(20_261_128)
    const missed: unknown[] = []
    const kinds = new Set<string>()
    for (let count = 0; count < EDITS; count++) {
      const edit = roll(3) === 0 ? await mailEdits(roll, count) : entryEdits(roll)
      kinds.add(edit.what.replaceAll(/[\d-]+/g, ''))
      await made(edit.sql)
      const found = await verifyLog(gateway.deps)
      await mended()
      const isNamed = !found.whole && found.brokenAt === edit.entry && found.mail === (edit.mail ?? null)
      if (!isNamed) missed.push({ ...edit, found })
    }
    expect(missed).toEqual([])
    expect(kinds.size).toBeGreaterThanOrEqual(18)
    expect(await verifyLog(gateway.deps)).toEqual(verdict)
  })

  describe('an archived mail', () => {
    const archived = async () => {
      const { sha256, id } = await one<{ sha256: string; id: string }>(
        'SELECT sha256, id::text FROM mails WHERE archived_at IS NOT NULL LIMIT 1',
        [],
      )
      return { id, file: path.join(folder, 'archive', gateway.deps.archive.fileOf(sha256)) }
    }

    test('is held to its digest too, and is missed where its file is', async () => {
      const { id, file } = await archived()
      const content = fs.readFileSync(file)
      fs.writeFileSync(file, content.subarray(0, -9))
      expect(await verifyLog(gateway.deps)).toMatchObject({ whole: false, mail: id, brokenAt: firstEntryOf(id) })
      fs.rmSync(file)
      expect(await verifyLog(gateway.deps)).toMatchObject({ whole: false, mail: id })
      fs.writeFileSync(file, content)
      expect(await verifyLog(gateway.deps)).toMatchObject({ whole: true })
    })
  })

  test('what is found is told once, and once that it is well again; both are in the log', async () => {
    const events = async () =>
      (await database.store.actions.list({ after: String(log.length) }, { limit: 9, cursor: null })).items.map(
        ({ event, level, actor }) => [event, level, actor],
      )
    const doneAt = async () => (await database.store.upkeep.list()).find(({ task }) => task === 'verify-log')?.doneAt
    expect((await checkLog(gateway.deps, 'cli')).whole).toBe(true)
    expect([await events(), await doneAt()]).toEqual([[['log.verified', 'info', 'cli']], gateway.now()])
    const { id } = await one<{ id: string }>('SELECT id::text FROM mails WHERE raw IS NOT NULL LIMIT 1', [])
    await made([[`UPDATE mails SET raw = 'x' WHERE id = $1`, [id]]])
    gateway.pass(DAY)
    for (const _ of [1, 2]) expect(await checkLog(gateway.deps, 'cli')).toMatchObject({ whole: false, mail: id })
    const first = ['log.verified', 'info', 'cli']
    expect(await events()).toEqual([first, ['log.broken', 'error', 'cli']])
    expect(await doneAt()).toEqual(new Date(gateway.now().getTime() - DAY))
    await made([[`UPDATE mails SET raw = good_mails.raw FROM good_mails WHERE mails.id = good_mails.id`, []]])
    for (const _ of [1, 2]) expect((await checkLog(gateway.deps, 'cli')).whole).toBe(true)
    expect(await events()).toEqual([
      first,
      ['log.broken', 'error', 'cli'],
      ['log.whole', 'info', 'cli'],
      ['log.verified', 'info', 'cli'],
    ])
  })
})
