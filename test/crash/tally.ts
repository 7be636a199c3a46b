import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'

/** What a round of crashes came to. */
export type Tally = {
  kills: number
  /** Of these, how many came while several works were in the same step, so in the same transaction or statement. */
  inCompany: number
  orders: number
  /** Mails that were answered 250. */
  acknowledged: number
  /** Mails that were acknowledged and orders that were answered 202, and are not there as they were. */
  lost: number
  /** Events and entries of the log that tell the same of the same order twice. */
  doubled: number
  /** By point: mails that the registry's server got with a reference that it had already. */
  wireDuplicates: Record<string, number>
  /** Points at which something else was wrong. */
  failed: string[]
}

export const newTally = (): Tally => ({
  ...{ kills: 0, inCompany: 0, orders: 0, acknowledged: 0, lost: 0, doubled: 0 },
  ...{ wireDuplicates: {}, failed: [] },
})

/** Rounds that are done, by their names; with a file they are still known at the next run. */
export type Rounds = {
  /** Ended well. */
  has(round: string): boolean
  add(round: string, tally: Tally): void
  summary(): string
}

export const openRounds = (file: string | undefined): Rounds => {
  const rounds = new Map<string, Tally>(
    file !== undefined && existsSync(file) ? Object.entries(JSON.parse(readFileSync(file, 'utf8'))) : [],
  )
  return {
    has: (round) => isClean(rounds.get(round)),
    add: (round, tally) => {
      rounds.set(round, tally)
      if (file === undefined) return
      // A run that is ended while it writes must not take the rounds before with it.
      writeFileSync(`${file}.new`, `${JSON.stringify(Object.fromEntries(rounds), null, 1)}\n`)
      renameSync(`${file}.new`, file)
    },
    summary: () => summaryOf([...rounds]),
  }
}

const isClean = (tally: Tally | undefined): boolean =>
  tally !== undefined && tally.lost + tally.doubled + tally.failed.length === 0

const summaryOf = (rounds: readonly [string, Tally][]): string => {
  const sum = (field: 'kills' | 'inCompany' | 'orders' | 'acknowledged' | 'lost' | 'doubled') =>
    rounds.reduce((total, [, tally]) => total + tally[field], 0)
  const wire = new Map<string, number>()
  for (const [, { wireDuplicates }] of rounds)
    for (const [point, count] of Object.entries(wireDuplicates)) wire.set(point, (wire.get(point) ?? 0) + count)
  const failed = rounds.flatMap(([name, tally]) => tally.failed.map((point) => `${name} ${point}`))
  return [
    `${rounds.length} rounds, ${sum('kills')} kills (${sum('inCompany')} of them in company), ${sum('orders')} orders,`,
    `${sum('acknowledged')} mails acknowledged; lost ${sum('lost')}, doubled transitions ${sum('doubled')},`,
    `wire duplicates ${[...wire].map(([point, count]) => `${point}: ${count}`).join(', ') || 'none'},`,
    `failed ${failed.join(', ') || 'none'}`,
  ].join(' ')
}
