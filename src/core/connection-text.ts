import type { Connection } from './connection.js'
import { connectionView } from './views.js'

/**
 * A connection as its file would say it: what is not set and what is the same without being said is left out. A connection
 * that is made of it is the same one. Names of variables stand for secrets, as in every file.
 */
export const connectionText = (connection: Connection): Record<string, unknown> => {
  const { id, createdAt, paused, channel, account, ...view } = connectionView(connection)
  const said = Object.entries(view).flatMap(([name, value]) => {
    const short = shorten(value)
    return short === undefined ? [] : [[name, name === 'trust' ? withShortPins(short) : short] as const]
  })
  return { ...Object.fromEntries(said), ...(Object.keys(account).length === 0 ? {} : { account }) }
}

/** Without nulls, empty lists and empty groups; undefined where nothing is left. */
const shorten = (value: unknown): unknown => {
  if (value === null || value === undefined) return undefined
  if (typeof value !== 'object') return value
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(shorten)
  const entries = Object.entries(value).flatMap(([name, inner]) => {
    const short = shorten(inner)
    return short === undefined ? [] : [[name, short] as const]
  })
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

/** A key that is believed without end is named by its file alone. */
const withShortPins = (trust: unknown): unknown => {
  if (!isGroup(trust) || !Array.isArray(trust['keys'])) return trust
  return { ...trust, keys: trust['keys'].map((pin) => (isGroup(pin) && hasFileAlone(pin) ? pin['file'] : pin)) }
}

const hasFileAlone = (pin: Group): boolean => Object.keys(pin).join() === 'file'

type Group = Readonly<Record<string, unknown>>

/** The patch (RFC 7396) that makes `wanted` of `current`: what is in `current` alone is taken away. */
export const patchTo = (current: Group, wanted: Group): Record<string, unknown> =>
  Object.fromEntries(
    [...new Set([...Object.keys(current), ...Object.keys(wanted)])].map((name) => {
      const [before, after] = [own(current, name), own(wanted, name)]
      if (!Object.hasOwn(wanted, name)) return [name, null]
      return [name, isGroup(before) && isGroup(after) ? patchTo(before, after) : after]
    }),
  )

const own = (group: Group, name: string): unknown => (Object.hasOwn(group, name) ? group[name] : undefined)

const isGroup = (value: unknown): value is Group => typeof value === 'object' && value !== null && !Array.isArray(value)
