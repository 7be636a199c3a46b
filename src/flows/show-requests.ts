import { messageOf } from '../core/errors.js'
import { type RequestFile, referenceOfFile, requestFileOf, requestFileText } from '../core/request-file.js'
import type { Ticket } from '../core/ticket.js'
import type { RequestFolder, Tables } from '../ports.js'
import type { Deps } from './deps.js'

/** What this process knows of the folder: the file of each ticket that was open, and whether it has looked what lies there. */
export type ShownRequests = { files: Map<string, RequestFile>; looked: boolean }

export const newShownRequests = (): ShownRequests => ({ files: new Map(), looked: false })

/**
 * One pass over the orders that people have: each open ticket has its text as a file of its order's account, and one that was closed
 * leaves it in `done` or `failed`, or nowhere where it was called off. The tickets say what is so, and the folder alone what is still
 * to be done, so a pass that breaks off is taken up by the next, in whatever process. A file that cannot be written holds up nothing:
 * it is told once, until all can be written again.
 */
export const showRequests = async (deps: Deps, folder: RequestFolder, shown: ShownRequests): Promise<void> => {
  const failures: string[] = []
  const attempt = async (work: () => Promise<unknown>): Promise<boolean> => {
    try {
      await work()
      return true
    } catch (error) {
      failures.push(messageOf(error))
      return false
    }
  }
  if (!shown.looked) shown.looked = await attempt(() => findLeft(deps, folder, shown))
  const open = await openTickets(deps)
  for (const ticket of open) if (!shown.files.has(ticket.id)) await attempt(() => add(deps, folder, { shown, ticket }))
  const ids = new Set(open.map(({ id }) => id))
  for (const [id, file] of [...shown.files])
    if (!ids.has(id)) await attempt(() => end(deps, folder, { shown, id, file }))
  await tell(deps, folder, failures)
}

/** Tickets of orders, which alone are work at a registrar. */
const openTickets = async ({ store }: Deps): Promise<Ticket[]> => {
  const all: Ticket[] = []
  for (let cursor: string | null = null; ; ) {
    const page: Awaited<ReturnType<Tables['tickets']['list']>> = await store.tickets.list(
      { kind: 'order', state: 'open' },
      { limit: 200, cursor },
    )
    all.push(...page.items)
    if (page.next === null) return all
    cursor = page.next
  }
}

type Shown = { shown: ShownRequests }

const add = async ({ store }: Deps, folder: RequestFolder, { shown, ticket }: Shown & { ticket: Ticket }) => {
  const [order, request] = [
    ticket.orderId === null ? null : await store.orders.get(ticket.orderId),
    ticket.requestId === null ? null : await store.requests.get(ticket.requestId),
  ]
  if (order === null || request === null) return
  const file = requestFileOf(order.terms.account.id, request.reference)
  await folder.add(file, requestFileText(ticket))
  shown.files.set(ticket.id, file)
}

/** As the ticket is now: once it is closed the password of the domain is gone from it. */
const end = async (
  { store }: Deps,
  folder: RequestFolder,
  { shown, id, file }: Shown & { id: string; file: RequestFile },
): Promise<void> => {
  const ticket = await store.tickets.get(id)
  if (ticket?.state === 'open') return
  await folder.end(file, { as: ticket?.state ?? 'dismissed', text: ticket === null ? '' : requestFileText(ticket) })
  shown.files.delete(id)
}

/** The files that an earlier process left, by the requests that they are named for. */
const findLeft = async ({ store }: Deps, folder: RequestFolder, shown: ShownRequests): Promise<void> => {
  for (const file of await folder.list()) {
    const reference = referenceOfFile(file.name)
    const request = reference === null ? null : await store.requests.findByReference(reference)
    if (request === null) continue
    const page = await store.tickets.list({ kind: 'order', domain: request.domain }, { limit: 200, cursor: null })
    const ticket = page.items.find(({ requestId }) => requestId === request.id)
    if (ticket !== undefined) shown.files.set(ticket.id, file)
  }
}

/** To the log of the process and as an alarm, whoever else finds the same. */
const tell = async ({ store, clock, log }: Deps, { place }: RequestFolder, failures: readonly string[]) => {
  const [about, at] = [`requests ${place}`, clock.now()]
  const standing = (await store.alarms.list()).some((alarm) => alarm.about === about)
  const [first] = failures
  if (standing === (first !== undefined)) return
  const text =
    first === undefined
      ? `the files of requests in ${place} are as their tickets again`
      : `the files of requests in ${place} are not as their tickets: ${first}; let the gateway write there. The tickets hold, and nothing waits for their files`
  log[first === undefined ? 'info' : 'error']({ folder: place, failures: failures.length }, text)
  const [level, event] =
    first === undefined ? (['info', 'requests.written'] as const) : (['error', 'requests.unwritten'] as const)
  await store.transaction(async (tables) => {
    const isNew = first === undefined ? tables.alarms.clear(about) : tables.alarms.raise({ about, level, text, at })
    if (await isNew)
      await tables.actions.append([
        { at, level, actor: 'system', event, text, data: { place, failures: failures.length } },
      ])
  })
}
