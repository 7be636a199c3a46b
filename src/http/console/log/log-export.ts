import type { ActionEntry } from '../../../core/action-log.js'
import { type ActionView, actionView } from '../../../core/views.js'
import type { ActionFilter, Store } from '../../../ports.js'
import { csvLine } from '../frame/csv.js'

const AT_ONCE = 500

const COLUMNS = [
  ...['id', 'at', 'level', 'actor', 'event', 'domain', 'order', 'request', 'mail', 'text', 'hash'],
] as const satisfies readonly (keyof ActionView)[]

/** The entries of a filter as a table, newest first; `data` is JSON. */
export async function* logAsCsv(store: Store, filter: ActionFilter): AsyncGenerator<string> {
  yield csvLine([...COLUMNS, 'data'])
  for await (const entries of everyPage(store, filter)) yield entries.map(actionView).map(asLine).join('')
}

const asLine = (entry: ActionView): string =>
  csvLine([...COLUMNS.map((column) => entry[column] ?? ''), JSON.stringify(entry.data)])

/** The same, each entry a line of JSON as the API has it. */
export async function* logAsJson(store: Store, filter: ActionFilter): AsyncGenerator<string> {
  for await (const entries of everyPage(store, filter))
    yield entries.map((entry) => `${JSON.stringify(actionView(entry))}\n`).join('')
}

async function* everyPage(store: Store, filter: ActionFilter): AsyncGenerator<ActionEntry[]> {
  for (let cursor: string | null = null; ; ) {
    const { items, next }: { items: ActionEntry[]; next: string | null } = await store.actions.list(filter, {
      ...{ limit: AT_ONCE, cursor },
    })
    yield items
    if (next === null) return
    cursor = next
  }
}
