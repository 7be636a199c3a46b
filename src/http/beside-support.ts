import type { Support } from '../core/connection.js'
import { parseOrderedName } from '../core/domain-name.js'
import { Refusal } from '../core/errors.js'
import { connectionForName } from '../flows/connections.js'
import type { Tables } from '../ports.js'
import { supportOf } from './read-views.js'

/** Does something with what a connection holds: a refusal names whom to ask at its registry, where the connection says it. */
export const besideSupport = async <T>(tables: Tables, connectionId: string, act: () => Promise<T>): Promise<T> =>
  naming(act, () => supportOf(tables, connectionId))

/** The same with a new order, for the connection that holds its domain, or would: none of a name that is none. */
export const besideSupportOfName = async <T>(tables: Tables, name: string, act: () => Promise<T>): Promise<T> =>
  naming(act, async () => {
    const parsed = parseOrderedName(name)
    if (!parsed.ok) return null
    const domain = await tables.domains.get(parsed.value.name)
    if (domain !== null) return supportOf(tables, domain.connectionId)
    return connectionForName(await tables.connections.list(), parsed.value.name)?.support ?? null
  })

const naming = async <T>(act: () => Promise<T>, find: () => Promise<Support | null>): Promise<T> => {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof Refusal) || NOT_THE_REGISTRYS.includes(error.code)) throw error
    throw error.beside(await find())
  }
}

/** Between the caller and the gateway alone: no registry knows more. */
const NOT_THE_REGISTRYS: readonly Refusal['code'][] = [
  'not-found',
  'gone',
  'unauthorized',
  'forbidden',
  'too-many',
  'key-reused',
]
