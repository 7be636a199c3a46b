import { must } from './must.js'
import { checkDomains, checkEnd, checkPhases, describe, same } from './replay-checks.js'
import { expectMail, look, type Seen } from './replay-oracle.js'
import type { Crowd, Delivery, Schedule } from './replay-schedule.js'
import { judgeNew, type Place, perform } from './replay-steps.js'
import { connectionOf, speak } from './replay-words.js'
import type { Spoken, World } from './replay-world.js'

/** Counts of a schedule, to show that it does what it is for. */
export type Tally = Record<
  'mails' | 'sent' | 'settled' | 'conflict' | 'duplicate' | 'unrecognised' | 'transitions',
  number
>

export type Run = Place & {
  /** The orders as they were after the last step. */
  seen: Seen[]
  spoken: Map<string, Spoken>
  /** Contents that came, each with the connection that it came to. */
  taken: Set<string>
  tally: Tally
}

export const startRun = (world: World): Run => ({
  world,
  orders: [],
  seen: [],
  spoken: new Map(),
  mails: [],
  taken: new Set(),
  tally: { mails: 0, sent: 0, settled: 0, conflict: 0, duplicate: 0, unrecognised: 0, transitions: 0 },
})

/** Runs a schedule one step after the other and holds each against the oracle and the invariants. */
export const runSchedule = async (run: Run, schedule: Schedule): Promise<void> => {
  for (const step of schedule) {
    const expected = step.kind === 'deliver' ? await deliver(run, step) : null
    if (step.kind !== 'deliver') await perform(run, step)
    const after = await look(run.world.deps.store, run.orders)
    if (expected !== null) same(after, expected, describe(step))
    run.tally.transitions += checkPhases(run.seen, after, step)
    await checkDomains(run, after, describe(step))
    run.seen = after
  }
  await run.world.settleHandOvers()
  run.tally.sent = run.world.handOvers()
  await checkEnd(run)
}

/** One mail: it must have the stage that the oracle says; what must become of every order is the result. */
const deliver = async (run: Run, step: Delivery): Promise<Seen[] | null> => {
  const { seen } = run
  const spoken = speak(run.spoken, step, seen, run.world.now())
  if (spoken === null) return null
  const to = connectionOf(step, seen)
  const content = `${to} ${spoken.id}`
  const again = run.taken.has(content)
  run.taken.add(content)
  const { stage, after } = again ? { stage: 'duplicate' as const, after: seen } : expectMail(seen, spoken, to)
  const mailId = await run.world.arrive(spoken, { kind: 'reply', connectionId: to }, step.wrapping)
  await judgeNew(run, mailId)
  const mail = await run.world.deps.store.mails.get(mailId)
  must(mail?.stage === stage, () => `${describe(step)} must be ${stage} and is ${mail?.stage}: ${mail?.reason}`)
  count(run.tally, mail?.stage ?? '')
  return after
}

/**
 * Runs crowds of steps, each with all its steps at once. Which reply wins is open; what holds at the end must hold whoever
 * did.
 */
export const runCrowds = async (run: Run, crowds: readonly Crowd[]): Promise<void> => {
  const delivered = new Map<string, string[]>()
  for (const crowd of crowds) {
    const mails: string[] = []
    for (const step of crowd) if (step.kind === 'deliver') mails.push(...(await store(run, step, delivered)))
    run.mails.push(...mails)
    await Promise.all([
      ...mails.flatMap((id) => [run.world.judge(id, 'one worker'), run.world.judge(id, 'another worker')]),
      ...crowd.map((step) => (step.kind === 'deliver' ? null : perform(run, step))),
    ])
    run.seen = await look(run.world.deps.store, run.orders)
    await checkDomains(run, run.seen, 'a crowd')
  }
  await run.world.settleHandOvers()
  await checkEnd(run)
  for (const [content, ids] of delivered) await checkOnce(run, content, ids)
}

const store = async (run: Run, step: Delivery, delivered: Map<string, string[]>): Promise<string[]> => {
  const spoken = speak(run.spoken, step, run.seen, run.world.now())
  if (spoken === null) return []
  const to = connectionOf(step, run.seen)
  const mailId = await run.world.arrive(spoken, { kind: 'reply', connectionId: to }, step.wrapping)
  const content = `${to} ${spoken.id}`
  run.taken.add(content)
  delivered.set(content, [...(delivered.get(content) ?? []), mailId])
  return [mailId]
}

/** Of all mails with one content exactly one is no duplicate. */
const checkOnce = async (run: Run, content: string, ids: readonly string[]): Promise<void> => {
  const mails = await Promise.all(ids.map((id) => run.world.deps.store.mails.get(id)))
  for (const mail of mails) count(run.tally, mail?.stage ?? '')
  const taken = mails.filter((mail) => mail?.stage !== 'duplicate')
  must(taken.length === 1, () => `${content} was taken ${taken.length} times out of ${ids.length}`)
}

const count = (tally: Tally, stage: string): void => {
  tally.mails += 1
  if (stage === 'settled' || stage === 'conflict' || stage === 'duplicate' || stage === 'unrecognised')
    tally[stage] += 1
}
