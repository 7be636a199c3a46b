import { blankReply, type Reply, type Tidings, unrecognised } from '../../core/reply.js'
import { isName, type Message } from './message.js'

const MOST_NAMES = 500

type Kind = {
  /** A sentence that no other kind has. */
  sentence: RegExp
  /** The end of a sentence that begins with the name. */
  means: string
  tidings(message: Message): Tidings
}

const news = (urgent: boolean) => (): Tidings => ({ at: null, kind: 'news', urgent })

/** What the registry tells unasked, as far as its words are known. */
const KINDS: readonly Kind[] = [
  {
    sentence: /^Please be informed that the domain name\s+\S+\s+has been cancelled by\b/m,
    means: 'was cancelled',
    tidings: () => ({ at: null, kind: 'deleted' }),
  },
  {
    sentence: /^have been re-tagged by:\s+\S.*\s+to the tag:\s+[A-Z0-9][A-Z0-9-]*$/m,
    means: 'has another tag',
    tidings: ({ prose }) => ({
      at: null,
      kind: 'moved',
      from: null,
      to: /^to the tag:\s+([A-Z0-9][A-Z0-9-]*)$/m.exec(prose)?.[1] ?? null,
    }),
  },
  {
    sentence: /^A request has been made to release the\s+\d+\s+domain names?:/m,
    means: 'is to come to your tag: the registry asks whether you take it, within five working days',
    tidings: news(true),
  },
  {
    sentence: /^A request has been made to change the registrant on\s+th(?:ese|is)\s+\d+\s+domain names?:/m,
    means: 'is to have another registrant: the registry asks whether you agree',
    tidings: news(true),
  },
  {
    sentence: /^have been transferred by:\s+\S.*\s+from the account\b/m,
    means: 'has another registrant',
    tidings: news(true),
  },
  {
    sentence: /^Please be informed that the account details for the\s+account:\s+\S+\s+have been changed from:/m,
    means: 'has other details of an account',
    tidings: news(false),
  },
]

/** A notice for each name that it is about, or one that names none. */
export const readNotice = (message: Message): Reply[] | null => {
  const [kind, second] = KINDS.filter(({ sentence }) => sentence.test(message.prose))
  if (kind === undefined) return null
  if (second !== undefined) return [unrecognised('The text tells two things at once.')]
  const names = namesOf(message)
  if (names.length > MOST_NAMES)
    return [unrecognised(`The text tells of ${names.length} names; at most ${MOST_NAMES} are read.`)]
  const tidings = kind.tidings(message)
  const reply: Reply = { ...blankReply(), outcome: 'notice', text: `Something that is ours ${kind.means}.`, tidings }
  if (names.length > 0) return names.map((name) => ({ ...reply, domain: name, text: `${name} ${kind.means}.` }))
  return tidings.kind === 'news'
    ? [reply]
    : [unrecognised('The registry tells what became of a name that cannot be read.')]
}

/** In a table with bars, whose first column is the name, or in the sentence itself. */
const namesOf = ({ prose }: Message): string[] => {
  const table = prose
    .split('\n')
    .flatMap((line) => (line.includes('|') ? [line.slice(0, line.indexOf('|')).trim()] : []))
  const [, named] = /^Please be informed that the domain name\s+(\S+)\s+has been\b/m.exec(prose) ?? []
  return [...new Set([...table, named ?? ''])].filter(isName)
}
