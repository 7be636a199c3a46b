import { Refusal } from '../core/errors.js'
import { type ImportItem, type Mistake, mistake } from '../core/import-plan.js'
import { priceText, type TldPrice } from '../core/price.js'
import { keyOf } from '../import-file/prices.js'
import type { ImportedSettings } from '../import-file/read-key-values.js'
import type { Tables } from '../ports.js'
import { planChange, rivalOfChange, writeChange } from './change-connection.js'
import { checkConnection } from './check-connection.js'
import type { Deps } from './deps.js'
import type { Imported } from './import-domains.js'
import { insertConnection, rivalOfNew } from './manage-connections.js'
import { rehearse } from './rehearse.js'
import { writePrice } from './set-price.js'

/** What becomes of the connection, and how it is written. */
type Plan = { item: ImportItem; write(tables: Tables): Promise<void>; rival(error: unknown): unknown }

/**
 * Makes the connection of a file, or changes what differs of the one with its title, and sets prices: all of it, or nothing
 * where anything of the file is refused. The same file again changes nothing.
 */
export const importSettings = async (
  deps: Deps,
  settings: ImportedSettings,
  { dryRun, actor }: { dryRun: boolean; actor: string },
): Promise<Imported> => {
  const plan =
    settings.connection === null ? null : await planConnection(deps, settings.connection, actor).catch(refused)
  const wrong = [...settings.mistakes, ...(Array.isArray(plan) ? plan : [])].map((one) =>
    onItsLine(one, settings.lines),
  )
  const good = Array.isArray(plan) ? null : plan
  const work = rehearse(deps.store, async (tables) => {
    const prices = await setPrices(deps, tables, settings.prices, actor)
    const items = [...wrong, ...(good === null ? [] : [good.item]), ...prices]
    if (wrong.length > 0) return { keep: false, outcome: { written: false, items } }
    await good?.write(tables)
    return { keep: !dryRun, outcome: { written: !dryRun, items } }
  })
  return work.catch((error: unknown) => ({ written: false, items: refused(good === null ? error : good.rival(error)) }))
}

/** In test mode unless the file, or what is here, says otherwise. */
const planConnection = async (deps: Deps, file: Readonly<Record<string, unknown>>, actor: string): Promise<Plan> => {
  const known = await deps.store.connections.list()
  const title = typeof file['title'] === 'string' ? file['title'].trim() : null
  const current = known.find((one) => one.title === title)
  const subject = `connection ${title ?? ''}`.trim()
  if (current === undefined) {
    const identity = { id: deps.newId(), paused: false, createdAt: deps.clock.now() }
    const connection = await checkConnection(deps, { mode: 'test', ...file }, identity)
    const item: ImportItem = { result: 'added', line: null, subject, detail: `in mode ${connection.mode}` }
    return { item, write: (tables) => insertConnection(tables, connection, actor), rival: rivalOfNew }
  }
  const change = await planChange(deps, current, file)
  const detail = change.fields.join(', ')
  if (change.fields.length === 0)
    return { item: { result: 'unchanged', line: null, subject, detail: null }, write: async () => {}, rival: same }
  const write = (tables: Tables) => writeChange(deps, tables, { ...change, current, actor })
  return { item: { result: 'changed', line: null, subject, detail }, write, rival: rivalOfChange(change.changed) }
}

const same = (error: unknown): unknown => error

/** A refusal as mistakes, by field; anything else is thrown. */
const refused = (error: unknown): Mistake[] => {
  if (!(error instanceof Refusal)) throw error
  if (error.problems.length === 0) return [mistake(null, 'connection', error.message)]
  return error.problems.map(({ pointer, detail }) => mistake(null, fieldOf(pointer), detail))
}

/** `/registry/to` is `registry.to` in a file. */
const fieldOf = (pointer: string): string => pointer.slice(1).replaceAll('/', '.') || 'connection'

/** The line of the field, or of the nearest one around it. */
const onItsLine = (wrong: Mistake, lines: ReadonlyMap<string, number>): Mistake => {
  const parts = wrong.subject.split('.')
  for (let length = parts.length; length > 0 && wrong.line === null; length--) {
    const line = lines.get(parts.slice(0, length).join('.'))
    if (line !== undefined) return { ...wrong, line }
  }
  return wrong
}

const setPrices = async (
  deps: Deps,
  tables: Tables,
  given: ImportedSettings['prices'],
  actor: string,
): Promise<ImportItem[]> => {
  const items: ImportItem[] = []
  for (const { line, ...price } of [...given].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)))
    items.push({ line, subject: keyOf(price), ...(await takePrice(deps, tables, price, actor)) })
  return items
}

const takePrice = async (
  deps: Deps,
  tables: Tables,
  { tld, action, amount, currency }: TldPrice,
  actor: string,
): Promise<Pick<ImportItem, 'result' | 'detail'>> => {
  const price = { amount, currency }
  const [is, was] = [priceText(price), priceText(await writePrice(deps, tables, { tld, action, price, actor }))]
  if (was === null) return { result: 'added', detail: is }
  return is === was ? { result: 'unchanged', detail: is } : { result: 'changed', detail: `${is} (was ${was})` }
}
