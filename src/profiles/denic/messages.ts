import type { Tidings } from '../../core/reply.js'
import type { Section } from '../key-value.js'

type MessageType = { type: string; means: string }

const TYPES = {
  chprovAuthInfo: 'was transferred to another provider',
  domainDelete: 'was deleted by the registry',
  expire: 'was dropped, because its DNS data were not mended in time',
  expireWarning: 'will be dropped unless its DNS data are mended',
  authInfoExpire: 'has an AuthInfo that runs out',
  authInfo2Notify: 'has an AuthInfo that the registry sent to its holder by letter',
  authInfo2Delete: 'has an AuthInfo whose letter could not be delivered',
  contactDelete: 'were deleted by the registry',
  domainStatusUpdate: 'has another status',
} as const

/** The messages that the registry sends unasked, by their type in lower case. */
export const MESSAGE_TYPES: ReadonlyMap<string, MessageType & { type: keyof typeof TYPES }> = new Map(
  Object.entries(TYPES).map(([type, means]) => [type.toLowerCase(), { type: type as keyof typeof TYPES, means }]),
)

/** What a message of a known type tells. Nobody has to do anything about a letter that was sent. */
export const readTidings = (type: keyof typeof TYPES, head: Section): Tidings => {
  const at = readTime(head.first('Msgtime'))
  switch (type) {
    case 'chprovAuthInfo':
      return {
        at,
        kind: 'moved',
        from: readAccount(head.first('Chprov-from')),
        to: readAccount(head.first('Chprov-to')),
      }
    case 'domainDelete':
    case 'expire':
      return { at, kind: 'deleted' }
    case 'expireWarning':
      return { at, kind: 'failing', until: readTime(head.first('Expire')) }
    default:
      return { at, kind: 'news', urgent: type !== 'authInfo2Notify' }
  }
}

const readAccount = (text: string | null): string | null =>
  text !== null && /^DENIC-[0-9]{1,10}$/i.test(text) ? text.toUpperCase() : null

/** A time with its offset, as the registry writes it elsewhere; in any other form it is shown and not reckoned with. */
const readTime = (text: string | null): Date | null => {
  if (text === null || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/.test(text)) return null
  const at = Date.parse(text)
  return Number.isNaN(at) ? null : new Date(at)
}
