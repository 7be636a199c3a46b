import type { Context } from 'hono'
import { MAIL_STAGES, type Verdict } from '../../../core/mail.js'
import type { MailFilter } from '../../../ports.js'
import { rangeOf } from '../frame/local-time.js'

/** What the address of the list of mails says, as it was written; what it does not say is empty. */
export type MailQuery = Readonly<
  Record<'direction' | 'verdict' | 'stage' | 'connection' | 'party' | 'from' | 'to', string>
>

export const VERDICTS = ['trusted', 'untrusted', 'unsigned'] as const satisfies readonly Verdict['kind'][]
export const DIRECTIONS = ['in', 'out'] as const

const LONGEST = 254

export const mailQueryOf = (c: Context): MailQuery => {
  const said = (name: keyof MailQuery) => (c.req.query(name) ?? '').trim().slice(0, LONGEST)
  return {
    ...{ direction: said('direction'), verdict: said('verdict'), stage: said('stage') },
    ...{ connection: said('connection'), party: said('party'), from: said('from'), to: said('to') },
  }
}

/** Times are by the clock of that time zone. A word that is none counts as not said. */
export const mailFilterOf = (query: MailQuery, timezone: string): MailFilter => ({
  direction: DIRECTIONS.find((direction) => direction === query.direction),
  verdict: VERDICTS.find((verdict) => verdict === query.verdict),
  stage: MAIL_STAGES.find((stage) => stage === query.stage),
  ...{ connection: query.connection || undefined, party: query.party || undefined },
  ...rangeOf(query, timezone),
})
