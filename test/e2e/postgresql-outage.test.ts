import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { REPLY_TO } from '../helpers/gateway.js'
import { needs } from '../helpers/needs.js'
import { NOBODY } from '../helpers/nobody.js'
import { clientInTheMiddle, expectAway, expectBack, expectNothingLost, expectReadOnly } from '../outage/checks.js'
import { type Load, startLoad } from '../outage/load.js'
import { openStage, type Stage, terminate, whileBlocked } from '../outage/stage.js'
import { run } from './program.js'
import { cleanUp, place } from './stage.js'

/** `OUTAGE_ROUNDS=20` goes through all of it so many times. */
const rounds = Number(process.env['OUTAGE_ROUNDS'] ?? 1)

const LOG_HEAD = 'SELECT FROM log_head FOR UPDATE'

const withServices = await needs('postgresql-server', 'redis-server')
withServices('PostgreSQL goes away under load', () => {
  let stage: Stage
  let load: Load
  let backs = 0

  beforeAll(async () => {
    stage = await openStage()
    load = startLoad(stage.http, stage.smtp)
  })
  afterEach(() => stage.cluster.start()) // where a test failed in the middle
  afterAll(async () => {
    load?.abandon()
    await stage?.end()
  })
  const back = () => expectBack(stage, `BACK-${++backs}`)

  for (let round = 1; round <= rounds; round++) {
    const name = (text: string) => (rounds === 1 ? text : `round ${round}: ${text}`)

    test(name('it dies while requests are handed over'), async () => {
      const client = await clientInTheMiddle(stage)
      await stage.gate.hold()
      await stage.cluster.stop('immediate')
      stage.gate.release()
      await expectAway(stage, client)
      await stage.cluster.start()
      await back()
    })

    test(name('it dies in the middle of transactions'), async () => {
      const client = await clientInTheMiddle(stage)
      await whileBlocked(stage.cluster, LOG_HEAD, { meanwhile: () => stage.cluster.stop('immediate') })
      await expectAway(stage, client)
      await stage.cluster.start()
      await back()
    })

    test(name('it dies while a reply takes effect'), async () => {
      await whileBlocked(stage.cluster, 'LOCK verified_contents IN SHARE MODE', {
        meanwhile: () => stage.cluster.stop('immediate'),
      })
      await stage.cluster.start()
      await back()
    })

    test(name('it is stopped and started'), async () => {
      const client = await clientInTheMiddle(stage)
      await stage.cluster.stop('fast')
      await expectAway(stage, client)
      const ingested = await run(stage.where, ['mail', 'ingest', '--to', REPLY_TO], 'Subject: by a pipe\r\n\r\n')
      expect(ingested).toMatchObject({ code: 75, stderr: expect.stringContaining('the database does not answer') })
      await stage.cluster.start()
      await back()
    })

    test(name('it ends sessions in the middle of their transactions'), async () => {
      for (const lock of [LOG_HEAD, 'LOCK mails IN SHARE MODE', 'LOCK orders IN SHARE MODE'])
        await whileBlocked(stage.cluster, lock, { meanwhile: () => terminate(stage.cluster, 'blocked') })
      await back()
    })

    test(name('it hangs: connections come about, and nothing is answered'), async () => {
      const client = await clientInTheMiddle(stage)
      stage.cluster.freeze()
      await expectAway(stage, client)
      stage.cluster.thaw()
      await back()
    })

    test(name('it has no connection left'), async () => {
      const client = await clientInTheMiddle(stage)
      await stage.cluster.query('ALTER ROLE gateway CONNECTION LIMIT 0')
      await terminate(stage.cluster, 'all')
      await expectAway(stage, client)
      await stage.cluster.query('ALTER ROLE gateway CONNECTION LIMIT -1')
      await back()
    })

    test(name('it is a standby, and then promoted'), async () => {
      const client = await clientInTheMiddle(stage)
      await stage.cluster.stop('fast')
      stage.cluster.demote()
      await stage.cluster.start()
      await expectReadOnly(stage, client)
      await stage.cluster.query('SELECT pg_promote()')
      await back()
    })
  }

  test('nothing was lost, nothing was doubled, and no process ended', async () => {
    await load.stop()
    expect(load.putOff.orders).toBeGreaterThan(0)
    expect(load.putOff.mails).toBeGreaterThan(0)
    await expectNothingLost(stage, load)
    for (const { child } of [stage.smtp, stage.http, stage.worker]) expect(child.exitCode).toBeNull()
  })

  test('whoever is told to stop meanwhile stops', async () => {
    await stage.cluster.stop('fast')
    for (const part of [stage.smtp, stage.http, stage.worker]) expect(await part.end('SIGTERM')).toBe(0)
  })
})

test('a start without its database ends with one sentence and the code for "try again later"', async () => {
  const where = await place({ DATABASE_URL: `postgresql://nobody@127.0.0.1:${NOBODY}/nothing` })
  const { code, stderr } = await run(where, ['serve'])
  await cleanUp()
  expect(code).toBe(75)
  expect(stderr).toMatch(/^sealpost: the database does not answer; try again later \(connect ECONNREFUSED [^\n]+\)\n$/)
})
