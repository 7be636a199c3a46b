import type { CurrentAgreement } from '../core/agreement.js'
import { allowListOf } from '../core/allow-list.js'
import type { Connection } from '../core/connection.js'
import { Fault, messageOf } from '../core/errors.js'
import { connectionView } from '../core/views.js'
import type { Deps } from '../flows/deps.js'
import { readAgreement } from '../flows/read-agreement.js'

/** A connection as the API shows it: in the words of its file, with what is found out about it. */
export const readConnectionView = async (deps: Deps, connection: Connection) => ({
  ...connectionView(connection),
  agreement: await readAgreementView(deps, connection),
  allowList: allowListOf(connection, deps.hostname),
})

/** `version` is null where its file cannot be read, and `problem` says why: no order is taken until that is mended. */
export type AgreementView = Omit<CurrentAgreement, 'version'> & { version: string | null; problem: string | null }

/** An agreement that cannot be read is shown as such: a list is not to fail for one of its items. */
export const readAgreementView = async (deps: Deps, connection: Connection): Promise<AgreementView | null> => {
  try {
    const current = await readAgreement(deps, connection)
    return current === null ? null : { ...current, problem: null }
  } catch (error) {
    if (!(error instanceof Fault) || connection.agreement === null) throw error
    return { ...connection.agreement, version: null, content: null, problem: messageOf(error) }
  }
}
