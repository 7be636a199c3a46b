import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import * as path from 'node:path'
import type { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ARCHIVABLE_STAGES, MAIL_STAGES, type MailStage } from '../../src/core/mail.js'
import { archiveMails } from '../../src/flows/archive-mails.js'
import { readOctets } from '../../src/flows/read-octets.js'
import { replayMail } from '../../src/flows/replay-mail.js'
import { verifyLog } from '../../src/flows/verify-log.js'
import { openMailArchive } from '../../src/store/mail-archive.js'
import { oneDatabase, temporaryFolder } from '../helpers/database.js'
import { addTestConnection, createTestGateway, success, type TestGateway } from '../helpers/gateway.js'
import { aMail } from '../store/samples.js'

const DAY = 24 * 60 * 60_000

await oneDatabase((open) => {
  const folder = temporaryFolder()
  let gateway: TestGateway
  let pool: Pool
  let connectionId: string
  beforeAll(async () => {
    const database = await open()
    pool = database.pool
    gateway = await createTestGateway(database.store, folder)
    connectionId = (await addTestConnection(gateway)).id
  })
  beforeEach(() => {
    gateway.deps.retention = null
    gateway.deps.archive = openMailArchive(path.join(folder, 'archive'))
  })
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

  const mail = (id: string) => gateway.deps.store.mails.get(id)
  const raw = (id: string) => gateway.deps.store.mails.raw(id)
  /** A mail that came in now, at this stage. */
  const aMailAt = async (stage: MailStage) => {
    const came = aMail(connectionId, { receivedAt: gateway.now() })
    await gateway.deps.store.mails.accept(came)
    await pool.query(`UPDATE mails SET stage = $1, due_at = NULL WHERE id = $2`, [stage, came.id])
    const judged = { level: 'info', actor: 'system', event: 'mail.judged', text: 'judged', at: gateway.now() } as const
    await gateway.deps.store.actions.append([{ ...judged, mailId: came.id, data: { sha256: came.sha256 } }])
    return came
  }
  /** A day passes, and what is a day old is archived. */
  const archive = async () => {
    gateway.pass(DAY)
    gateway.deps.retention = DAY
    await archiveMails(gateway.deps)
  }
  const fileOf = (sha256: string) => path.join(folder, 'archive', sha256.slice(0, 2), `${sha256}.eml.gz`)
  const entries = async (event: string) =>
    (await gateway.deps.store.actions.list({}, { limit: 200, cursor: null })).items.filter((one) => one.event === event)
  const open410 = (id: string) => replayMail(gateway.deps, id, 'cli')

  test('nothing is archived where nobody asks for it', async () => {
    const old = await aMailAt('informational')
    gateway.pass(10_000 * DAY)
    await gateway.run()
    await archiveMails(gateway.deps)
    expect(await raw(old.id)).toEqual(old.raw)
  })

  test('octets of mails that are old enough become files, and one entry of the log has their digests', async () => {
    await archive()
    gateway.pass(DAY)
    const [one, two] = [await aMailAt('informational'), await aMailAt('untrusted')]
    const young = async () => [await raw(one.id), await raw(two.id)]
    gateway.pass(DAY - 1)
    await archiveMails(gateway.deps)
    expect(await young()).toEqual([one.raw, two.raw])
    gateway.pass(1)
    await gateway.deps.store.upkeep.setDue('archive-mails', gateway.now())
    gateway.deps.retention = DAY
    await gateway.run()
    expect(await young()).toEqual([null, null])
    expect(await mail(one.id)).toMatchObject({ stage: 'informational', sha256: one.sha256, archivedAt: gateway.now() })
    for (const { id, sha256, raw } of [one, two])
      expect(await readOctets(gateway.deps, { id, sha256, erasedAt: null })).toEqual({ kind: 'here', raw })
    const [entry] = await entries('mail.archived')
    expect(entry?.data).toEqual({
      folder: gateway.deps.archive.place,
      octets: one.raw.length + two.raw.length,
      mails: [one, two].map(({ id, sha256, raw }) => ({ id, sha256, size: raw.length })),
    })
    expect(fs.statSync(fileOf(one.sha256)).mode & 0o777).toBe(0o600)
    expect(await verifyLog(gateway.deps)).toMatchObject({ whole: true })
  })

  test('only what is done leaves the database, never what waits for a person or is not judged', async () => {
    const stages = new Map<MailStage, string>()
    for (const stage of MAIL_STAGES) stages.set(stage, (await aMailAt(stage)).id)
    await archive()
    const left: MailStage[] = []
    for (const [stage, id] of stages) if ((await raw(id)) === null) left.push(stage)
    expect(left.sort()).toEqual([...ARCHIVABLE_STAGES].sort())
    const { rows } = await pool.query(`SELECT indexdef FROM pg_indexes WHERE indexname = 'mails_archivable_idx'`)
    for (const stage of MAIL_STAGES)
      expect([stage, rows[0].indexdef.includes(`'${stage}'`)]).toEqual([stage, left.includes(stage)])
  })

  test('the mails of an order stay until it is over', async () => {
    const order = await gateway.place({ domain: 'open.de' })
    await gateway.run()
    const [request] = await gateway.deps.store.requests.findByOrder(order.id)
    const out = request?.mailId ?? ''
    await archive()
    expect(await raw(out)).not.toBeNull()
    const reply = await gateway.receive(await gateway.reply(success(request?.reference ?? '')))
    expect(reply.stage).toBe('settled')
    gateway.pass(DAY)
    await archive()
    expect([await raw(out), await raw(reply.id)]).toEqual([null, null])
  })

  describe('a mail that is archived', () => {
    test('is judged once more from its file', async () => {
      const reply = await gateway.receive(await gateway.reply(success('sp-unknown'), { key: 'stranger' }))
      expect(reply.stage).toBe('untrusted')
      await archive()
      expect(await raw(reply.id)).toBeNull()
      await replayMail(gateway.deps, reply.id, 'cli')
      await gateway.run()
      expect(await mail(reply.id)).toMatchObject({ stage: 'untrusted', verdict: reply.verdict })
    })

    test.each([
      ['gone', (file: string) => fs.rmSync(file), /archived as \w\w\/\w+\.eml\.gz, and that file is not in .*archive/],
      ['changed', (file: string) => fs.writeFileSync(file, 'x'), /that file is damaged in .*from a backup/],
    ])('whose file is %s is told so, and is not judged', async (_, harm, words) => {
      const { id, sha256 } = await aMailAt('informational')
      await archive()
      harm(fileOf(sha256))
      await expect(open410(id)).rejects.toMatchObject({ code: 'gone' })
      await expect(open410(id)).rejects.toThrow(words)
      expect((await mail(id))?.stage).toBe('informational')
    })
  })

  describe('nothing is lost', () => {
    test('where the disk fails: the octets stay, and it is tried again', async () => {
      const { id, raw: octets, sha256 } = await aMailAt('informational')
      fs.rmSync(path.join(folder, 'archive'), { recursive: true, force: true })
      fs.writeFileSync(path.join(folder, 'archive'), 'in the way')
      await expect(archive()).rejects.toMatchObject({ code: 'archive-unavailable', temporary: true })
      expect(await raw(id)).toEqual(octets)
      fs.rmSync(path.join(folder, 'archive'))
      await archive()
      expect(await raw(id)).toBeNull()
      expect(await readOctets(gateway.deps, { id, sha256, erasedAt: null })).toEqual({ kind: 'here', raw: octets })
    })

    test('where a file cannot be read back as it was written', async () => {
      const { id, raw: octets } = await aMailAt('informational')
      const { archive: files } = gateway.deps
      gateway.deps.archive = { ...files, write: (sha256) => files.write(sha256, Buffer.from('other octets')) }
      await expect(archive()).rejects.toThrow(/cannot be read back/)
      expect(await raw(id)).toEqual(octets)
      gateway.deps.archive = files
      await archive()
      expect(await raw(id)).toBeNull()
    })

    test('where it died after the file and before the row, or wrote half a file', async () => {
      const [whole, half] = [await aMailAt('informational'), await aMailAt('informational')]
      await gateway.deps.archive.write(whole.sha256, whole.raw)
      fs.mkdirSync(path.dirname(fileOf(half.sha256)), { recursive: true })
      fs.writeFileSync(fileOf(half.sha256), 'half')
      await archive()
      for (const { id, sha256, raw } of [whole, half])
        expect(await readOctets(gateway.deps, { id, sha256, erasedAt: null })).toEqual({ kind: 'here', raw })
    })

    test('where several do it at once, whatever their turns: one entry names each mail', async () => {
      const mails = [await aMailAt('informational'), await aMailAt('duplicate')]
      gateway.pass(DAY)
      gateway.deps.retention = DAY
      const upkeep = { ...gateway.deps.store.upkeep, claim: async () => true }
      const another = { ...gateway.deps, store: { ...gateway.deps.store, upkeep } }
      await Promise.all([archiveMails(another), archiveMails(another), archiveMails(another)])
      const named = (await entries('mail.archived')).flatMap(({ data }) => data['mails'] as { id: string }[])
      for (const { id, sha256, raw } of mails) {
        expect(named.filter((one) => one.id === id)).toHaveLength(1)
        expect(await readOctets(gateway.deps, { id, sha256, erasedAt: null })).toEqual({ kind: 'here', raw })
      }
    })

    test('where a person has it judged once more in the middle of it', async () => {
      const { id, raw: octets } = await aMailAt('untrusted')
      const { archive: files } = gateway.deps
      gateway.deps.archive = {
        ...files,
        write: async (sha256, raw) => {
          await files.write(sha256, raw)
          await replayMail(gateway.deps, id, 'cli')
        },
      }
      await archive()
      expect(await raw(id)).toEqual(octets)
    })
  })

  test('octets that are not those that came in stay, with one alarm', async () => {
    const { id, sha256 } = await aMailAt('settled')
    await pool.query(`UPDATE mails SET raw = 'changed' WHERE id = $1`, [id])
    await archive()
    await archive()
    expect(await raw(id)).toEqual(Buffer.from('changed'))
    const found = createHash('sha256').update('changed').digest('hex')
    expect(await entries('mail.damaged')).toMatchObject([{ mailId: id, level: 'error', data: { sha256, found } }])
    expect(await gateway.deps.store.alarms.list()).toMatchObject([{ about: `mail-damaged ${id}`, level: 'error' }])
  })
})
