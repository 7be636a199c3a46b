import { ACTION_LEVELS, type ActionLevel } from '../core/action-log.js'
import type { Prisma, PrismaClient } from '../generated/prisma/client.js'
import type { ActionFilter } from '../ports.js'
import { isStorable } from './values.js'

/** So many entries one page looks at for what no index has: a tenth of a second on a small server. */
const LOOKED_AT = 50_000

/** What indexes find, or what holds of so many entries that a page is soon full. */
export const indexed = ({ domain, orderId, level, since, until }: ActionFilter): Prisma.ActionWhereInput => ({
  ...(domain === undefined ? {} : { domain }),
  ...(orderId === undefined ? {} : { orderId }),
  ...(level === undefined ? {} : { level: { in: atLeast(level) } }),
  ...(since === undefined && until === undefined
    ? {}
    : { at: { ...(since === undefined ? {} : { gte: since }), ...(until === undefined ? {} : { lte: until }) } }),
})

const atLeast = (level: ActionLevel): ActionLevel[] => ACTION_LEVELS.slice(ACTION_LEVELS.indexOf(level))

/** Whether a filter asks for what has to be looked for entry by entry. */
export const isSearch = ({ actor, event, text }: ActionFilter): boolean =>
  actor !== undefined || event !== undefined || text !== undefined

/** What entries are looked at for, one by one. */
export const searched = ({ actor, event, text }: ActionFilter): Prisma.ActionWhereInput =>
  [actor, event, text].every((word) => word === undefined || isStorable(word))
    ? {
        ...(actor === undefined ? {} : { actor }),
        ...(event === undefined ? {} : { event }),
        ...(text === undefined ? {} : { text: { contains: literal(text), mode: 'insensitive' } }),
      }
    : { id: { in: [] } }

/** Prisma hands a text to LIKE as it is, where these characters stand for others. */
const literal = (text: string): string => text.replace(/[\\%_]/g, '\\$&')

/** The last entry that this page may look at; null where there are fewer. */
export const endOfLook = async (
  actions: PrismaClient['action'],
  where: Prisma.ActionWhereInput,
  order: 'asc' | 'desc',
): Promise<bigint | null> => {
  const [last] = await actions.findMany({
    where,
    ...{ orderBy: { id: order }, skip: LOOKED_AT - 1, take: 1, select: { id: true } },
  })
  return last?.id ?? null
}
