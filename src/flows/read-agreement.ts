import { agreementVersion, type CurrentAgreement } from '../core/agreement.js'
import type { Connection } from '../core/connection.js'
import type { Deps } from './deps.js'

/** The agreement of a connection as it is now; null where it has none. Throws `Fault`, temporary, where its file cannot be read. */
export const readAgreement = async (
  deps: Pick<Deps, 'agreements'>,
  { agreement }: Pick<Connection, 'agreement'>,
): Promise<CurrentAgreement | null> => {
  if (agreement === null) return null
  const { text, file } = agreement
  const content = file === null ? null : await deps.agreements.read(file)
  return { version: agreementVersion({ text, content }), text, file, content }
}
