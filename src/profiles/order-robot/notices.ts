import { blankReply, type Reply, type Tidings } from '../../core/reply.js'

/** Where the form of a notice begins, which nobody ordered. The marker, its fields and its words are ours. */
export const NOTICE = '#HS.DOMAIN.NOTICE'

export const NOTICE_FIELDS = ['DOMAIN_ADMIN', 'DOMAIN_NOTICE', 'NEW_PROVIDER', 'ANSWER_UNTIL', 'NOTICE_TEXT']

type Said = { by: string | null; until: Date | null }
type Meaning = { means(said: Said): string; tidings(said: Said): Tidings }

const MEANINGS: Readonly<Record<string, Meaning>> = {
  'KK-req': {
    means: ({ by }) => `${by ?? 'another provider'} asks for a transfer`,
    tidings: ({ by, until }) => ({ kind: 'asked-for', at: null, by, until }),
  },
  TRANSIT: {
    means: ({ until }) =>
      `the registry asks the holder to name a new provider${until === null ? '' : ` before ${until.toISOString()}`}`,
    tidings: () => ({ kind: 'news', at: null, urgent: true, todo: NAME_A_PROVIDER }),
  },
}

const NAME_A_PROVIDER =
  'Ask the holder for a new provider, and release the domain, so that it can ask for it; or order transit, which hands the domain to its registry.'

/** What a notice tells of a domain; a sentence where it cannot be read. */
export const readNotice = (fields: ReadonlyMap<string, string>, domain: string): Reply | string => {
  const word = fields.get('DOMAIN_NOTICE') ?? ''
  const meaning = Object.hasOwn(MEANINGS, word) ? MEANINGS[word] : undefined
  if (meaning === undefined) return `The DOMAIN_NOTICE is "${word.slice(0, 60)}", which is not known.`
  const by = fields.get('NEW_PROVIDER')?.trim() || null
  if (by !== null && by.length > LONGEST_NAME) return `The NEW_PROVIDER is longer than ${LONGEST_NAME} characters.`
  const given = fields.get('ANSWER_UNTIL') || null
  const until = given === null ? null : parseTime(given)
  if (given !== null && until === null) return 'The ANSWER_UNTIL is no time like 2026-07-01T10:00:00Z.'
  const said = { by, until }
  const words = (fields.get('NOTICE_TEXT') ?? '').trim()
  return {
    ...{ ...blankReply(), outcome: 'notice', domain, code: word, tidings: meaning.tidings(said) },
    text: `${domain}: ${words === '' ? meaning.means(said) : words}`,
  }
}

const LONGEST_NAME = 80

/** RFC 3339 in UTC, of a day that there is. */
const parseTime = (text: string): Date | null => {
  const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(text) ? new Date(text) : null
  return time === null || Number.isNaN(time.getTime()) || !time.toISOString().startsWith(text.slice(0, -1))
    ? null
    : time
}
