import type { Checked } from '../core/errors.js'
import type { Notice } from '../core/notice.js'
import type { Order } from '../core/order.js'
import type { Draft } from '../profiles/profile.js'
import type { Deps } from './deps.js'

type Writer = Pick<Deps, 'notices' | 'hostname'>

/** The subject and text of a notice as its template has them. Problems name the file. */
export const writeNotice = (deps: Writer, notice: Notice, order: Order | null): Checked<Draft> =>
  deps.notices.templates.render(notice.kind, { ...notice.values, ...contextOf(deps, notice, order) })

/** What every template gets beside the values of the notice. Only administrators have a console. */
const contextOf = ({ notices, hostname }: Writer, { kind, to, at, domain, values }: Notice, order: Order | null) => {
  const page = kind === 'ticket' ? `/tickets/${values['ticket']}` : pageOf(domain)
  return {
    test: order?.mode === 'test',
    link: to.kind === 'admin' && notices.publicUrl !== null ? `${notices.publicUrl}${page}` : null,
    time: timeText(at, notices.timezone),
    gateway: hostname,
  }
}

const pageOf = (domain: string | null): string => (domain === null ? '/' : `/domains/${encodeURIComponent(domain)}`)

/** `2026-07-01 12:00 Europe/Berlin`. */
const timeText = (at: Date, timezone: string): string => {
  const words = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short', timeStyle: 'short' })
  return `${words.format(at)} ${timezone}`
}
