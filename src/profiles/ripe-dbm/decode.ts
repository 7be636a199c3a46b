import type { Action } from '../../core/action.js'
import { blankReply, type Reply, unrecognised } from '../../core/reply.js'
import type { SignedContent, UnsignedContent } from '../../signing/scheme.js'
import type { UnsignedReading } from '../profile.js'
import { type Entry, readReport } from './report.js'

/** A report that somebody signed after all says the same; it is put to the one request that waits for its zone. */
export const decode = (content: SignedContent): Reply[] => repliesOf(content.text, null)

/** What a report says, and which mail of ours it quotes. Whether it counts is not for a profile to say. */
export const decodeUnsigned = ({ text, subject }: UnsignedContent): UnsignedReading => ({
  messageId: readReport(text).messageId,
  replies: repliesOf(text, subject),
})

const repliesOf = (text: string, subject: string | null): Reply[] => {
  const report = readReport(text)
  if (!report.ok) return [unrecognised(report.reason)]
  const { entries } = report
  if (subject !== null && contradicts(subject, entries))
    return [unrecognised(`The subject "${subject.slice(0, 100)}" contradicts what the report says of its objects.`)]
  return entries.map((entry) => {
    const isTwice = entries.some((other) => other !== entry && isSame(other, entry))
    return isTwice ? unrecognised(`The report speaks of ${entry.key} more than once.`) : replyOf(entry)
  })
}

/** `FAILED` where one object failed, `SUCCESS` where none did. Any other subject says nothing that we know. */
const contradicts = (subject: string, entries: readonly Entry[]): boolean => {
  const [, word] = /^(SUCCESS|SUCCEEDED|FAILED|ERROR)\b/.exec(subject) ?? []
  if (word === undefined) return false
  return (word === 'SUCCESS' || word === 'SUCCEEDED') !== entries.every(({ ok }) => ok)
}

const isSame = (a: Entry, b: Entry): boolean => a.type === b.type && a.key.toLowerCase() === b.key.toLowerCase()

const ACTIONS: ReadonlyMap<string | null, Action> = new Map([
  ['create', 'register'],
  ['modify', 'update-nameservers'],
  ['delete', 'close'],
  // No operation: the object is as it was ordered to be.
  [null, 'update-nameservers'],
])

const NAME = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/

const replyOf = ({ line, verb, ok, type, key, findings }: Entry): Reply => {
  const domain = key.toLowerCase().replace(/\.$/, '')
  if (type.toLowerCase() !== 'domain' || !NAME.test(domain))
    return unrecognised(`The report says "${line.slice(0, 200)}", which is about no zone.`)
  const action = ACTIONS.get(verb)
  if (action === undefined)
    return unrecognised(`The report says "${line.slice(0, 200)}", which is no verb that we know.`)
  const reason = findings.find(({ level }) => level === 'error')
  const base = { ...blankReply(), domain, action, findings }
  if (ok) return { ...base, outcome: 'done', text: line }
  return { ...base, outcome: 'refused', code: reason?.code ?? null, text: reason?.text || `${line}, without a reason.` }
}
