import type { Connection } from '../../../core/connection.js'
import { durationText } from '../../../core/duration.js'
import type { Form } from '../frame/form.js'

/** What changes most of a connection, and where it is in its file. */
export const PLACES = {
  title: '/title',
  tlds: '/tlds',
  replyTimeout: '/replyTimeout',
  checkEvery: '/checkEvery',
  perDay: '/rate',
  warnDays: '/expiry/warnDays',
  renewDays: '/expiry/renewDays',
  lookup: '/lookup',
  supportName: '/support/name',
  supportEmail: '/support/email',
} as const

export type ConnectionFields = Record<keyof typeof PLACES, string>

/** As the form shows them. */
export const fieldsOf = (connection: Connection): ConnectionFields => ({
  title: connection.title,
  tlds: connection.tlds.join(' '),
  replyTimeout: durationText(connection.replyTimeout),
  checkEvery: durationText(connection.checkEvery),
  perDay: String(connection.rate?.perDay ?? ''),
  warnDays: String(connection.expiry?.warnDays ?? ''),
  renewDays: String(connection.expiry?.renewDays ?? ''),
  lookup: connection.lookup ?? '',
  supportName: connection.support?.name ?? '',
  supportEmail: connection.support?.email ?? '',
})

/** As somebody sent them. */
export const readFields = (form: Form): ConnectionFields => {
  const text = (name: keyof ConnectionFields): string => form.text(name).trim()
  return {
    ...{ title: text('title'), tlds: text('tlds'), replyTimeout: text('replyTimeout'), checkEvery: text('checkEvery') },
    ...{ perDay: text('perDay'), warnDays: text('warnDays'), renewDays: text('renewDays'), lookup: text('lookup') },
    ...{ supportName: text('supportName'), supportEmail: text('supportEmail') },
  }
}

/** In the words of a connection's file, as a patch (RFC 7396): an empty field takes away what was there. */
export const patchOf = (fields: ConnectionFields): Record<string, unknown> => ({
  ...{ title: fields.title, replyTimeout: fields.replyTimeout, checkEvery: fields.checkEvery },
  tlds: words(fields.tlds),
  rate: fields.perDay === '' ? null : { perDay: count(fields.perDay) },
  expiry: group({ warnDays: count(fields.warnDays), renewDays: count(fields.renewDays) }),
  lookup: fields.lookup === '' ? null : fields.lookup,
  support: group({ name: said(fields.supportName), email: said(fields.supportEmail) }),
})

export const words = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== '')

const said = (text: string): string | null => (text === '' ? null : text)

/** What is no number stays as it is: the form of the file says so. */
const count = (text: string): number | string | null => (/^\d{1,9}$/.test(text) ? Number(text) : said(text))

const group = (values: Record<string, unknown>): Record<string, unknown> | null =>
  Object.values(values).every((value) => value === null) ? null : values
