/** Points around statements as they go to the database, by node-postgres on either kind. */
import pg from 'pg'
import { isArmedFor, pass, turns } from './arms.mjs'
import { endSharing } from './watched-store.mjs'

const { query } = pg.Client.prototype

pg.Client.prototype.query = function (asked, ...rest) {
  const go = () => query.call(this, asked, ...rest)
  const text = typeof asked === 'string' ? asked : asked?.text
  if (text === 'COMMIT') return commit(go)
  if (text?.includes('INSERT INTO mail_digests') && isArmedFor('I2-storing'))
    return turns()
      .then(() => pass('I2-storing'))
      .then(go)
  return go()
}

/** Of a transaction that several share. */
const commit = async (go) => {
  const { kinds, company } = endSharing()
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
