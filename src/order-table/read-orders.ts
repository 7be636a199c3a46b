import { type Checked, ok, type Problem, wrong } from '../core/errors.js'
import { nameserverOf, wordsOf } from '../table/cells.js'
import { columnProblems, type Row, readTable, rowProblems } from '../table/read-table.js'

/** An order as the API takes it, and the line of the table that it was read from. */
export type TableOrder = { line: number; body: Record<string, unknown> }

/** Reads a cell into the fields of an order; a text is what is wrong with the cell. */
type Column = (cell: string) => Record<string, unknown> | string

const word =
  (field: string): Column =>
  (cell) => ({ [field]: cell })

const handles =
  (role: string): Column =>
  (cell) => ({ contacts: { [role]: wordsOf(cell).map((handle) => ({ handle })) } })

/** What each column of a table of orders becomes. */
const COLUMNS: Readonly<Record<string, Column>> = {
  billingOrderId: word('billingOrderId'),
  account: (cell) => ({ account: { id: cell } }),
  accountType: (cell) => ({ account: { type: cell } }),
  email: (cell) => ({ account: { email: cell } }),
  origin: word('origin'),
  action: word('action'),
  domain: word('domain'),
  paid: (cell) => (/^(yes|no|true|false)$/.test(cell) ? { paid: /^(yes|true)$/.test(cell) } : 'is neither yes nor no'),
  years: (cell) => (/^\d{1,2}$/.test(cell) ? { period: { years: Number(cell) } } : 'is no whole number of years'),
  nameservers: (cell) => ({ nameservers: wordsOf(cell).map(nameserverOf) }),
  holder: handles('holder'),
  admin: handles('admin'),
  tech: handles('tech'),
  zone: handles('zone'),
  billing: handles('billing'),
  'general-request': handles('general-request'),
  abuse: handles('abuse'),
  authInfo: word('authInfo'),
  notify: word('notify'),
  amount: (cell) => ({ price: { amount: cell } }),
  currency: (cell) => ({ price: { currency: cell } }),
  connection: word('connection'),
}

export const ORDER_COLUMNS: readonly string[] = Object.keys(COLUMNS)

/**
 * A table of orders (CSV, RFC 4180, in UTF-8, divided by commas or semicolons) with the names of its columns in the first
 * line; an empty cell is a field that is absent. Every mistake in its form at once, each by its line and column. Whether an
 * order can be taken is for the gateway to say.
 */
export const readOrders = (text: string): Checked<TableOrder[]> => {
  const table = readTable(text)
  if (!table.ok) return table
  const { columns, rows } = table.value
  if (columns.length === 0) return wrong({ pointer: 'line 1', detail: 'is not there: the file is empty' })
  const problems = columnProblems(columns, ORDER_COLUMNS)
  const orders = rows.map((row) => orderOf(row, columns, problems))
  if (orders.length === 0 && problems.length === 0)
    problems.push({ pointer: 'line 2', detail: 'is not there: the table has no order' })
  return problems.length > 0 ? wrong(...problems) : ok(orders)
}

const orderOf = (row: Row, names: readonly string[], problems: Problem[]): TableOrder => {
  const { line, cells } = row
  problems.push(...rowProblems(row, names))
  const body: Record<string, unknown> = {}
  for (const [index, name] of names.entries()) {
    const cell = cells[index] ?? ''
    const column = Object.hasOwn(COLUMNS, name) ? COLUMNS[name] : undefined
    if (cell === '' || column === undefined) continue
    const fields = column(cell)
    if (typeof fields === 'string') problems.push({ pointer: `line ${line}, column ${name}`, detail: fields })
    else merge(body, fields)
  }
  return { line, body }
}

/** Two columns may fill one field, such as `amount` and `currency`. */
const merge = (body: Record<string, unknown>, fields: Record<string, unknown>): void => {
  for (const [name, value] of Object.entries(fields)) {
    const before = body[name]
    body[name] = isGroup(before) && isGroup(value) ? { ...before, ...value } : value
  }
}

const isGroup = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
