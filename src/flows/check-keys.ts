import type { NewAction } from '../core/action-log.js'
import type { Connection } from '../core/connection.js'
import type { NewEvent } from '../core/event.js'
import { KEY_ALARMS, keyAlarmAt } from '../core/key-alarm.js'
import { endOfKey, type KeyFinding, type KeyState, keyFindings } from '../core/key-state.js'
import type { GivenAlarm, Tables } from '../ports.js'
import type { Deps } from './deps.js'
import { examineKeys } from './examine-keys.js'

const CHECK_EVERY_MS = 3_600_000

/**
 * Looks at the keys of a connection, if that is due, and tells what is new about them: one alarm a threshold before a key
 * ends, the most urgent where several were passed unseen, and one a fault, with word when it is mended.
 */
export const checkKeys = async (deps: Deps, connectionId: string): Promise<void> => {
  const now = deps.clock.now()
  const next = new Date(now.getTime() + CHECK_EVERY_MS)
  if (!(await deps.store.connections.claimKeys(connectionId, { now, next }))) return
  const connection = await deps.store.connections.get(connectionId)
  if (connection === null) return
  const states = await examineKeys(deps, connection)
  const told = await deps.store.transaction((tables) => tell(tables, { connection, states, now }))
  for (const { level, text, file } of told)
    if (level !== 'info') deps.log[level === 'warning' ? 'warn' : 'error']({ connection: connectionId, file }, text)
}

type Look = { connection: Connection; states: readonly KeyState[]; now: Date }

const tell = async (tables: Tables, look: Look): Promise<KeyFinding[]> => {
  const { connection, states, now } = look
  const findings = keyFindings(connection, states, now)
  const given = await tables.keyAlarms.list(connection.id)
  const mended = await forgetFaults(tables, { look, findings, given })
  const fresh: KeyFinding[] = []
  for (const finding of findings)
    if (!given.some((alarm) => covers(alarm, finding)) && (await tables.keyAlarms.insert(rowOf(finding, look))))
      fresh.push(finding)
  await tables.actions.append([...mended, ...fresh.map((finding) => actionOf(finding, look))])
  await tables.events.append(fresh.flatMap((finding) => eventOf(finding, look)))
  return fresh
}

/** The same was told before, or something more urgent about the same state of the key. */
const covers = (given: GivenAlarm, { file, about, alarm }: KeyFinding): boolean =>
  given.file === file && given.about === about && urgency(given.alarm) <= urgency(alarm)

const urgency = (alarm: KeyFinding['alarm']): number => (alarm === 'unusable' ? 0 : KEY_ALARMS.indexOf(alarm))

const rowOf = ({ file, alarm, about }: KeyFinding, { connection, now }: Look): GivenAlarm => ({
  ...{ connectionId: connection.id, file, alarm, about, at: now },
})

/** Drops alarms about faults that are no more, so that the same fault is told when it comes back. */
const forgetFaults = async (
  tables: Tables,
  { look, findings, given }: { look: Look; findings: readonly KeyFinding[]; given: readonly GivenAlarm[] },
): Promise<NewAction[]> => {
  const stands = ({ file, about }: GivenAlarm): boolean =>
    findings.some((finding) => finding.alarm === 'unusable' && finding.file === file && finding.about === about)
  const gone = given.filter((alarm) => alarm.alarm === 'unusable' && !stands(alarm))
  for (const alarm of gone) await tables.keyAlarms.remove(alarm)
  const files = [...new Set(gone.map(({ file }) => file))]
  return files.filter((file) => isUsable(file, look)).map((file) => usable(file, look))
}

const isUsable = (file: string, { states, now }: Look): boolean =>
  states
    .filter((state) => state.file === file)
    .every((state) => state.fault === null && keyAlarmAt(endOfKey(state), now) !== 'expired')

const usable = (file: string, { connection, now }: Look): NewAction => ({
  ...{ at: now, level: 'info', actor: 'system', event: 'key.usable' },
  text: `the connection "${connection.title}" can use ${file} again`,
  data: { connection: connection.id, file },
})

const actionOf = (finding: KeyFinding, { connection, now }: Look): NewAction => {
  const { level, text, alarm } = finding
  const event = alarm === 'unusable' ? 'key.unusable' : 'key.expiring'
  return { at: now, level, actor: 'system', event, text, data: dataOf(finding, connection) }
}

/** Billing systems are told of ends, which come whether or not anybody looks; a fault is the gateway's own matter. */
const eventOf = (finding: KeyFinding, { connection, now }: Look): NewEvent[] => {
  const { file, alarm, level, text } = finding
  if (alarm === 'unusable') return []
  return [{ type: 'key.expiring', at: now, subject: file, data: { ...dataOf(finding, connection), level, text } }]
}

const dataOf = ({ role, file, fingerprint, alarm, days, end, successor }: KeyFinding, { id }: Connection) => ({
  ...{ connection: id, role, file, fingerprint, alarm, days, successor },
  endsAt: end?.toISOString() ?? null,
})
