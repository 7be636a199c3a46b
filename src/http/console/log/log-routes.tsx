import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from 'hono'
import type { ActionEntry } from '../../../core/action-log.js'
import { Refusal } from '../../../core/errors.js'
import { actionView } from '../../../core/views.js'
import { brokenWords, checkLog } from '../../../flows/check-log.js'
import type { LogVerdict } from '../../../flows/verify-log.js'
import type { Store, User } from '../../../ports.js'
import { streamedFile } from '../../streamed-file.js'
import { actorOf, may } from '../frame/access.js'
import type { Area, Done, Page } from '../frame/area.js'
import { LogEntryPage } from './log-entry-page.js'
import { logAsCsv, logAsJson } from './log-export.js'
import { logFilterOf, logQueryOf } from './log-filter.js'
import { LogPage } from './log-page.js'

const ENTRIES_ON_A_PAGE = 50

/** How long a page waits for the chain to be verified; that goes on behind it. Milliseconds. */
const PATIENCE = 5_000

/** The action log: its entries, each of them, all of them as files, and its chain. */
export const addLogPages = (area: Area): void => {
  const { deps, settings, words, page, file, action } = area
  const prover = createProver(area)
  page('/log', (c, user) => logPage(area, c, { user, isRunning: prover.isRunning() }))
  page('/log/:id', async (c) => {
    const id = c.req.param('id') ?? ''
    const entry = await findEntry(deps.store, id)
    const isLast = (await deps.store.actions.head())?.id === entry.id
    const crumbs = [{ href: '/log', label: 'Action log' }]
    return { title: `Entry ${id}`, crumbs, content: <LogEntryPage {...{ entry: actionView(entry), isLast, words }} /> }
  })
  const filterOf = (c: Context) => logFilterOf(logQueryOf(c), settings.timezone)
  const name = () => `sealpost-log-${deps.clock.now().toISOString().slice(0, 10)}`
  file('/log.csv', async (c) =>
    streamedFile(c, { name: `${name()}.csv`, type: 'text/csv', parts: logAsCsv(deps.store, filterOf(c)) }),
  )
  file('/log.jsonl', async (c) =>
    streamedFile(c, {
      ...{ name: `${name()}.jsonl`, type: 'application/jsonl' },
      parts: logAsJson(deps.store, filterOf(c)),
    }),
  )
  action({ path: '/log/verify', permission: 'log' }, (_form, _c, user) => prover.prove(actorOf(user)))
}

const logPage = async (
  { deps: { store }, settings: { timezone }, words }: Area,
  c: Context,
  { user, isRunning }: { user: User; isRunning: boolean },
): Promise<Page> => {
  const query = logQueryOf(c)
  const cursor = c.req.query('cursor') || null
  const { items, next } = await store.actions.list(logFilterOf(query, timezone), { limit: ENTRIES_ON_A_PAGE, cursor })
  const chain = {
    ...{ last: await store.verifications.last(), entries: Number((await store.actions.head())?.id ?? 0) },
    ...{ isRunning, mayVerify: may(user, 'log') },
  }
  const cutShort = next !== null && items.length < ENTRIES_ON_A_PAGE
  return {
    title: 'Action log',
    content: <LogPage {...{ entries: items.map(actionView), query, cutShort, cursor, next, chain, timezone, words }} />,
  }
}

/** Ids have no gaps, so an entry is the first after the one before it. */
const findEntry = async (store: Store, id: string): Promise<ActionEntry> => {
  const before = /^[1-9][0-9]{0,17}$/.test(id) ? String(BigInt(id) - 1n) : null
  const [entry] = before === null ? [] : await store.actions.read(before, 1)
  if (entry?.id !== id) throw new Refusal('not-found', `There is no entry ${id} in the action log.`)
  return entry
}

/** To walk a long log takes a minute: one walk at a time in this process, and nobody's page waits for its end. */
const createProver = ({ deps }: Area) => {
  let walk: Promise<LogVerdict | null> | null = null
  return {
    isRunning: () => walk !== null,
    prove: async (actor: string): Promise<Done> => {
      walk ??= checkLog(deps, actor)
        .catch((error: unknown) => {
          deps.log.error({ err: error }, 'the chain of the action log could not be verified')
          return null
        })
        .finally(() => {
          walk = null
        })
      const patience = new AbortController()
      const verdict = await Promise.race([walk, sleep(PATIENCE, 'later' as const, { signal: patience.signal })])
      patience.abort()
      return { to: '/log', ...verdictWords(verdict) }
    },
  }
}

const verdictWords = (verdict: LogVerdict | null | 'later'): Pick<Done, 'text' | 'tone'> => {
  if (verdict === 'later') return { text: 'The log is long: it is being verified, and the result will be here.' }
  if (verdict === null)
    return { text: 'The log could not be verified; the log of the process says why. Try again.', tone: 'bad' }
  if (verdict.whole) return { text: `The log is whole: ${verdict.entries} entries were verified.` }
  return { text: `The log does not hold: ${brokenWords(verdict)}.`, tone: 'bad' }
}
