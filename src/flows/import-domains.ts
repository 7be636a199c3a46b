import type { Connection } from '../core/connection.js'
import { Refusal } from '../core/errors.js'
import { type Judged, judgeImport, type Known } from '../core/import-domain.js'
import { type ImportItem, type Mistake, mistake } from '../core/import-plan.js'
import type { ImportedDomain, ImportedDomains } from '../import-file/read-domains.js'
import type { Tables } from '../ports.js'
import { connectionForName } from './connections.js'
import type { Deps } from './deps.js'
import { normaliseHosts } from './normalise-hosts.js'
import { rehearse } from './rehearse.js'

export type ImportOptions = { dryRun: boolean; update: boolean; actor: string }
export type Imported = { written: boolean; items: ImportItem[] }

/**
 * Takes domains of an older installation as Registered: all of them, or none where anything of the file is refused. Names
 * that are here already stay as they are, or with `update` get what the file says, so that the same file again changes nothing. No mail leaves, and billing systems
 * are told nothing: nothing happened to these domains. Throws `Refusal` conflict where a connection changed meanwhile.
 */
export const importDomains = (
  deps: Deps,
  { domains, mistakes }: ImportedDomains,
  { dryRun, update, actor }: ImportOptions,
): Promise<Imported> =>
  rehearse(deps.store, async (tables) => {
    const connections = await tables.connections.list()
    const placed = domains.map((given) => placeOf(given, connections))
    const found = placed.flatMap((one) => ('connection' in one ? [one] : []))
    const judged = await judgeAll(deps, tables, { placed: found, update, actor })
    const items = [
      ...mistakes,
      ...placed.flatMap((one) => ('mistakes' in one ? one.mistakes : [])),
      ...judged.map(itemOf),
    ]
    const good = items.every(({ result }) => result !== 'refused')
    if (good) await write(tables, judged)
    const written = good && !dryRun
    return { keep: written, outcome: { written, items: items.sort(byLine) } }
  })

const byLine = (a: ImportItem, b: ImportItem): number => (a.line ?? 0) - (b.line ?? 0)

type Placed = { given: ImportedDomain; connection: Connection }
type Judgement = Placed & { judged: Judged }

/** A domain with the connection that it is at, and its hosts as A-labels; or what is wrong with either. */
const placeOf = (given: ImportedDomain, connections: readonly Connection[]): Placed | { mistakes: Mistake[] } => {
  const wanted = given.connection
  const connection =
    wanted === null
      ? connectionForName(connections, given.name)
      : (connections.find(({ id, title }) => id === wanted || title === wanted) ?? null)
  const hosts = normaliseHosts(given.nameservers ?? [])
  const wrong = hosts.problems.map(({ detail }) => mistake(given.line, `${given.unicodeName}: nameservers`, detail))
  if (connection === null)
    wrong.push(mistake(given.line, `${given.unicodeName}: connection`, noConnection(wanted, connections)))
  if (connection === null || wrong.length > 0) return { mistakes: wrong }
  return { connection, given: { ...given, nameservers: given.nameservers === null ? null : hosts.nameservers } }
}

const noConnection = (wanted: string | null, connections: readonly Connection[]): string => {
  const there = connections.map(({ title }) => title).join(', ') || 'none yet; import its settings first'
  return wanted === null
    ? `is not said, and no connection has its TLD; there are: ${there}`
    : `is none of those that there are: ${there}`
}

/** Holds every name, in one order for all callers, so that no two imports wait for each other. */
const judgeAll = async (
  deps: Deps,
  tables: Tables,
  { placed, update, actor }: Pick<ImportOptions, 'update' | 'actor'> & { placed: readonly Placed[] },
): Promise<Judgement[]> => {
  const sorted = [...placed].sort((a, b) => (a.given.name < b.given.name ? -1 : 1))
  const known = await Promise.all(sorted.map(({ given }) => tables.domains.lock(given.name)))
  const now = deps.clock.now()
  const judgements: Judgement[] = []
  for (const [index, { given, connection }] of sorted.entries()) {
    const found = await knownOf(tables, { given, domain: known[index] ?? null, update })
    judgements.push({ given, connection, judged: judgeImport(given, found, { connection, now, actor, update }) })
  }
  return judgements
}

/** Orders are asked for only where there can be any that matters. */
const knownOf = async (
  tables: Tables,
  { given: { name, account }, domain, update }: { given: ImportedDomain; domain: Known['domain']; update: boolean },
): Promise<Known> => {
  if (domain === null) return { domain, owning: null, open: null }
  const owning = domain.accountId === account && domain.owner === null ? null : await tables.orders.findOwning(name)
  const mayChange = update || domain.mode === 'test' || domain.state === 'none'
  return { domain, owning, open: mayChange ? await tables.orders.findOpen(name) : null }
}

const IN_TEST = 'in test mode: import it again once its connection is live'

const itemOf = ({ given, judged }: Judgement): ImportItem => ({
  ...{ result: judged.result, line: given.line, subject: given.unicodeName },
  detail: judged.result === 'added' ? (judged.domain.mode === 'test' ? IN_TEST : null) : judged.detail,
})

const write = async (tables: Tables, judgements: readonly Judgement[]): Promise<void> => {
  const written = judgements.flatMap(({ judged }) => ('domain' in judged ? [judged] : []))
  const used = new Map(judgements.map(({ connection }) => [connection.id, connection]))
  for (const [id, { title, mode }] of [...used].sort(([a], [b]) => (a < b ? -1 : 1)))
    if ((await tables.connections.hold(id))?.mode !== mode)
      throw new Refusal('conflict', `the connection "${title}" was removed or changed just now; import the file again`)
  await Promise.all(written.map(({ domain }) => tables.domains.save(domain)))
  await tables.actions.append(written.map(({ action }) => action))
}
