import type { Connection, MailConnection } from '../core/connection.js'
import { messageOf } from '../core/errors.js'
import { nextTime, planOf, standingOf, type Timetable } from '../core/schedule.js'
import { mintTestToken } from '../core/test-mail.js'
import type { Tables } from '../ports.js'
import { SELF_TEST_WAIT_MS } from './check-self-test.js'
import type { Deps } from './deps.js'
import { testEnvelope, writeTestMail } from './write-test-mail.js'

/** When the mail to ourselves is due by the settings. */
export const selfTestTimetable = ({ selfTest, digests }: Pick<Deps, 'selfTest' | 'digests'>): Timetable => ({
  times: selfTest.at === null ? [] : [selfTest.at],
  timezone: digests.timezone,
})

/**
 * Sends, once a day, a mail to a reply address of ours, by the way that replies of registries come: over the relay of a live
 * connection and the MX, or, where no connection has a relay, to our own listener. `checkSelfTest` looks whether it came
 * in. Whoever dies before it is sent leaves a day on which none came in, and that is told.
 */
export const sendSelfTest = async (deps: Deps): Promise<void> => {
  const connection = chooseFrom(await deps.store.connections.list())
  const token = mintTestToken(deps.bounceTokens, deps.newSecret())
  const isOurs = await deps.store.transaction((tables) => take(deps, tables, connection === null ? null : token))
  if (!isOurs || connection === null) return
  const { ok, detail } = await handOver(deps, connection, token)
  const text = `the daily mail to ourselves ${ok ? 'was taken' : 'was not taken'}: ${detail}`
  const about = { level: ok ? ('info' as const) : ('warning' as const), actor: 'system', event: 'self-test.sent' }
  await deps.store.actions.append([{ ...about, at: deps.clock.now(), text, data: { connection: connection.id } }])
}

/** One that mails a live registry; of these the first with a relay, whose way out and in is the whole one. */
const chooseFrom = (connections: readonly Connection[]): MailConnection | null => {
  const mailing = connections.filter((one) => one.channel === 'mail')
  const live = mailing.filter(({ mode, paused }) => mode === 'live' && !paused)
  return live.find(({ relay }) => relay !== null) ?? live[0] ?? null
}

/** Takes the appointment and sets the next; true where a mail with that token is to be sent and waited for. */
const take = async (deps: Deps, tables: Tables, token: string | null): Promise<boolean> => {
  const now = deps.clock.now()
  const rows = await tables.upkeep.list()
  const [row, check] = (['send-self-test', 'check-self-test'] as const).map((task) =>
    rows.find((one) => one.task === task),
  )
  const timetable = selfTestTimetable(deps)
  const standing = row === undefined ? 'waits' : standingOf(row, timetable, now)
  if (row === undefined || check === undefined || standing === 'waits') return false
  const next = { dueAt: nextTime(timetable, now) ?? row.dueAt, plan: planOf(timetable), doneAt: row.doneAt }
  if (!(await tables.upkeep.move(row, next)) || standing !== 'due' || token === null) return false
  const dueAt = new Date(now.getTime() + SELF_TEST_WAIT_MS)
  return tables.upkeep.move(check, { dueAt, plan: token, doneAt: check.doneAt })
}

const handOver = async (
  deps: Deps,
  connection: MailConnection,
  token: string,
): Promise<{ ok: boolean; detail: string }> => {
  try {
    const [{ raw }] = await writeTestMail(deps, connection, token)
    const envelope = testEnvelope(deps, connection)
    const { outcome, answer } = await deps.transport.send({ connection: byWayOf(deps, connection), envelope, raw })
    return { ok: outcome === 'sent', detail: answer }
  } catch (error) {
    return { ok: false, detail: messageOf(error) }
  }
}

/** Nothing is ever delivered to ourselves by the MX record: without a relay the mail goes to the listener as it is. */
const byWayOf = ({ selfTest }: Deps, connection: MailConnection): MailConnection =>
  connection.relay === null
    ? {
        ...connection,
        mx: null,
        relay: { ...selfTest.listener, tls: 'none', user: null, passwordEnv: null, ca: null, localAddress: null },
      }
    : connection
