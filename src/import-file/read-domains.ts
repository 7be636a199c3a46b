import { z } from 'zod'
import { CONTACT_ROLES } from '../core/contact.js'
import type { Contacts } from '../core/domain.js'
import { parseDomainName } from '../core/domain-name.js'
import type { Problem } from '../core/errors.js'
import { type Mistake, mistake } from '../core/import-plan.js'
import { nameserverOf, wordsOf } from '../table/cells.js'
import { columnProblems, type Row, readTable, rowProblems } from '../table/read-table.js'

/** A domain as a line has it. Null, and a role that is not there, stand for a cell that is empty: it says nothing. */
export type ImportedDomain = {
  line: number
  name: string
  unicodeName: string
  account: string
  /** The id or title of a connection; else the TLD decides. */
  connection: string | null
  nameservers: { host: string; addresses: string[] }[] | null
  dnssec: string[] | null
  contacts: Contacts
  registeredAt: Date | null
  expiresAt: Date | null
}

export type ImportedDomains = { domains: ImportedDomain[]; mistakes: Mistake[] }

export const DOMAIN_COLUMNS: readonly string[] = [
  ...['domain', 'account', 'connection', 'status', 'registeredAt', 'expiresAt', 'nameservers', 'dnssec'],
  ...CONTACT_ROLES,
]
const NEEDED = ['domain', 'account']

/** As many as one transaction takes in a few seconds. */
export const MOST_DOMAINS = 10_000

/**
 * A table of domains with the names of its columns in the first line (`DOMAIN_COLUMNS`). Every mistake in its form at once;
 * whether connections are there and hosts are good is not asked here.
 */
export const readDomains = (text: string): ImportedDomains => {
  const table = readTable(text)
  if (!table.ok) return { domains: [], mistakes: table.problems.map(fromProblem) }
  const { columns, rows } = table.value
  const mistakes = [...columnProblems(columns, DOMAIN_COLUMNS).map(fromProblem), ...tableMistakes(columns, rows)]
  const lines = new Map<string, number>()
  const domains: ImportedDomain[] = []
  for (const row of rows) {
    const domain = domainOf(row, columns, mistakes)
    if (domain === null) continue
    const before = lines.get(domain.name)
    if (before === undefined) domains.push(domain)
    else mistakes.push(mistake(row.line, domain.unicodeName, `is on line ${before} already; leave one out`))
    lines.set(domain.name, before ?? row.line)
  }
  return { domains, mistakes }
}

/** Problems of a table point to a line: `line 3, column x`. */
const fromProblem = ({ pointer, detail }: Problem): Mistake => {
  const [, line, column = 'the line'] = /^line (\d+)(?:, (column .*))?$/.exec(pointer) ?? []
  return mistake(line === undefined ? null : Number(line), column, detail)
}

const tableMistakes = (columns: readonly string[], rows: readonly Row[]): Mistake[] => {
  if (columns.length === 0)
    return [mistake(1, 'the file', 'is empty; give the names of the columns, and a line a domain')]
  const missing = NEEDED.filter((name) => !columns.includes(name))
  return [
    ...missing.map((name) => mistake(1, `column ${name}`, 'is missing; each domain has to say it')),
    ...(rows.length === 0 ? [mistake(2, 'the file', 'has no domain')] : []),
    ...(rows.length > MOST_DOMAINS
      ? [mistake(null, 'the file', `has ${rows.length} domains; ${MOST_DOMAINS} go at once, divide it`)]
      : []),
  ]
}

const domainOf = (row: Row, columns: readonly string[], mistakes: Mistake[]): ImportedDomain | null => {
  const { line } = row
  const cellOf = (name: string): string => row.cells[columns.indexOf(name)] ?? ''
  const found = rowProblems(row, columns).map(fromProblem)
  const tell = (subject: string, detail: string) => void found.push(mistake(line, subject, detail))
  const name = parseDomainName(cellOf('domain'))
  if (!name.ok) for (const { detail } of name.problems) tell('domain', detail)
  if (!/^registered$/i.test(cellOf('status') || 'registered'))
    tell('status', 'is not Registered: only domains that are registered come in; leave the line out')
  const text = (column: string, longest: number): string => {
    const cell = cellOf(column)
    if (cell.length > longest || UNSEEN.test(cell)) tell(column, `has more than ${longest} or hidden characters`)
    return cell
  }
  const account = text('account', 100)
  if (account === '' && columns.includes('account')) tell('account', 'is empty; name the account that the domain is of')
  const [nameservers, dnssec] = [text('nameservers', 5_000), text('dnssec', 8_000)]
  const domain = {
    ...{ line, account, connection: text('connection', 200) || null },
    nameservers: nameservers === '' ? null : wordsOf(nameservers).map(withAddresses),
    dnssec: dnssec === '' ? null : dnssec.split('|').map((key) => key.trim()),
    contacts: contactsOf((role) => text(role, 500)),
    registeredAt: timeOf('registeredAt', cellOf, tell),
    expiresAt: timeOf('expiresAt', cellOf, tell),
  }
  mistakes.push(...found)
  return name.ok && found.length === 0
    ? { ...domain, name: name.value.name, unicodeName: name.value.unicodeName }
    : null
}

/** As in the bodies of orders (http/schemas/text.ts). */
const UNSEEN = /[\p{Cc}\p{Cs}\u2028\u2029]/u

const withAddresses = (text: string) => ({ addresses: [], ...nameserverOf(text) })

const contactsOf = (cellOf: (role: string) => string): Contacts =>
  Object.fromEntries(
    CONTACT_ROLES.flatMap((role) => {
      const cell = cellOf(role)
      return cell === '' ? [] : [[role, wordsOf(cell).map((handle) => ({ handle }))]]
    }),
  )

const TIME = z.union([z.iso.date(), z.iso.datetime({ offset: true })])

const timeOf = (
  column: string,
  cellOf: (name: string) => string,
  tell: (subject: string, detail: string) => void,
): Date | null => {
  const cell = cellOf(column)
  if (cell === '') return null
  if (TIME.safeParse(cell).success) return new Date(cell)
  tell(column, 'is no date; write one such as 2026-01-31, or a time such as 2026-01-31T10:00:00Z')
  return null
}
