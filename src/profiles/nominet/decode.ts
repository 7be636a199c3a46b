import type { Action } from '../../core/action.js'
import { blankReply, type Finding, type Reply, unrecognised } from '../../core/reply.js'
import type { SignedContent } from '../../signing/scheme.js'
import { isName, type Message, readMessage } from './message.js'
import { readNotice } from './notices.js'
import { actionOf } from './operations.js'
import { readQuery } from './query.js'

/**
 * What the registry's signed text means: one reply for each name that it speaks of. Its mails are prose around lines of a known
 * form; a text that has none of them, or two kinds at once, is for a person.
 */
export const decode = ({ text }: SignedContent): Reply[] => {
  const message = readMessage(text)
  if (typeof message === 'string') return [unrecognised(message)]
  const meanings = [readError, readAccepted, readDone, readReleased, readQuery, readNotice].flatMap((read) => {
    const replies = read(message)
    return replies === null ? [] : [replies]
  })
  const [found, second] = meanings
  if (found === undefined)
    return [unrecognised('The text has none of the sentences that the registry is known to write.')]
  if (second !== undefined) return [unrecognised('The text says two things at once.')]
  return found
}

/** Remarks of the registry with their codes; with an error they are why nothing was done, without one warnings. */
const codesOf = ({ prose }: Message): { code: string; text: string }[] =>
  [...prose.matchAll(/^(V[0-9]{3})[ ]+(\S.*)$/gm)].map(([, code = '', text = '']) => ({ code, text }))

/** Every error means that the whole request was not carried out; which request it was is in the quoted original. */
const readError = (message: Message): Reply[] | null => {
  if (!/^The following error occurred while processing\s+your\b/m.test(message.prose)) return null
  const codes = codesOf(message)
  const [first] = codes
  if (first === undefined) return [unrecognised('The registry tells of an error without a code.')]
  const { original } = message
  if (original === 'several')
    return [unrecognised('The error is about a mail with several requests, and does not say which of them it was.')]
  const about = { domain: original?.key ?? null, action: original === null ? null : actionOf(original.operation) }
  return [
    {
      ...{ ...blankReply(), ...about, outcome: 'refused', code: first.code, text: first.text },
      findings: codes.map((one): Finding => ({ level: 'error', ...one })),
    },
  ]
}

/** A registration; the account and contacts that were made are told with it. */
const readAccepted = (message: Message): Reply[] | null => {
  const sentence = /\bthat we have accepted your\s+application for the domain name\s+(\S+)(?=\n\n|\n*$)/
  const [, name] = sentence.exec(message.prose) ?? []
  if (name === undefined) return null
  if (!isName(name)) return [unrecognised('The registry accepts a name that cannot be read.')]
  const made = [...message.prose.matchAll(/^([A-Z][A-Za-z ]+(?: \([^()\n]*\))?) ?: ([A-Z]?[0-9]+)$/gm)].map(
    ([, what, id]): Finding => ({ level: 'info', code: 'Identifier', text: `${what}: ${id}` }),
  )
  const words = ['The registry accepted the registration', ...made.map(({ text }) => text)].join('; ')
  return [done(name, 'register', `${words}.`, [...made, ...warningsOf(message)])]
}

/** What was modified, renewed or deleted; the text does not say which of these. */
const readDone = (message: Message): Reply[] | null => {
  const sentences = message.prose.matchAll(/^The delegation for (\S+)\s+has been updated\s+successfully\.$/gm)
  const names = [...new Set([...sentences].map(([, name]) => name))]
  if (names.length === 0) return null
  if (!names.every(isName)) return [unrecognised('The registry tells of a name that cannot be read.')]
  const warnings = warningsOf(message)
  if (names.length > 1 && warnings.length > 0)
    return [unrecognised('There are several names and a warning, which does not say which of them it is about.')]
  return names.map((name) => done(name, null, 'The registry carried it out.', warnings))
}

/** The name that went to another tag. More than one is released by an operation that we never send. */
const readReleased = ({ prose }: Message): Reply[] | null => {
  const [, list] = /^The following domain names? (?:was|were) released:\n+((?:.+\n)*.+)/m.exec(prose) ?? []
  if (list === undefined) return null
  return isName(list)
    ? [done(list, 'transit', 'The registry released the name.', [])]
    : [unrecognised('The registry tells of several names that were released, or of one that cannot be read.')]
}

const warningsOf = (message: Message): Finding[] =>
  codesOf(message).map((one): Finding => ({ level: 'warning', ...one }))

const done = (domain: string, action: Action | null, text: string, findings: Finding[]): Reply => ({
  ...{ ...blankReply(), outcome: 'done', domain, action, text, findings },
  code: findings.find(({ level }) => level === 'warning')?.code ?? null,
})
