/** Points around statements as they go to the database, by node-postgres on either kind. */
import pg from 'pg'
import { isArmedFor, pass, turns } from './arms.mjs'
import { endSharing, noteBegin } from './watched-store.mjs'

const { query } = pg.Client.prototype

pg.Client.prototype.query = function (asked, ...rest) {
  const go = () => query.call(this, asked, ...rest)
  const text = typeof asked === 'string' ? asked : asked?.text
  if (text === 'BEGIN') return begin(this, go)
  if (text === 'COMMIT') return commit(this, go)
  if (text?.includes('INSERT INTO mail_digests') && isArmedFor('I2-storing'))
    return turns()
      .then(() => pass('I2-storing'))
      .then(go)
  return go()
}

const begin = async (connection, go) => {
  const result = await go()
  noteBegin(connection)
  return result
}

/** Of a transaction that several share. */
const commit = async (connection, go) => {
  const { kinds, company } = endSharing(connection)
  const at = async (moment) => {
    if (company > 1) for (const kind of kinds) await pass(`${kind}-${moment}`, { company })
  }
  if (company > 1 && [...kinds].some((kind) => isArmedFor(`${kind}-commit`))) await turns()
  await at('commit')
  const answer = go()
  await at('sent')
  const result = await answer
  await at('kept')
  return result
}
