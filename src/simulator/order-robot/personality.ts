/**
 * The order robot of Hostsharing and Internetwire, and the registries' robots behind it, as far as they are known: the form, its
 * actions and the words of a status are documented. How the robots word their mails was not found; these have a form of their own
 * (`#HS.DOMAIN.STATUS`), which is an invention of ours, one mail a word:
 *
 * | action                      | carried out when                                              | words after `init`                                   |
 * |-----------------------------|---------------------------------------------------------------|------------------------------------------------------|
 * | `register`                  | the name is free                                              | filed, REG-req, REG-OK, delegated, connected         |
 * | `transfer`                  | the name is not the gateway's; `nack` in it: refused at first | filed, KK-req, (KK-NACK,) KK-ACK, delegated, connected |
 * | `update`, `lock`, `release` | the name is the gateway's, and its TLD one with locks         | filed, update, connected                             |
 * | `close`, `transit`          | the name is the gateway's                                     | filed, closed or gone                                |
 * | `KK-ACK`, `KK-NACK`         | the name is the gateway's, and another provider asks for it   | filed, the same word; after KK-ACK `gone` of itself  |
 *
 * That another provider asks is told by a form of its own (`#HS.DOMAIN.NOTICE`); the words of the answers are ours as well.
 *
 * An owner that is given by data gets a handle, which comes with `REG-OK` or `delegated`. What is refused is told by `error`. A name
 * beginning with `refuse` is reserved; which others are taken is in `../memory.ts`. Only `DOMAIN_NAME` is read as the domain.
 */
import { randomInt } from 'node:crypto'
import type { Answer, News, Personality } from '../personality.js'
import { type Form, type Reading, readForm } from './form.js'
import { RULES } from './rules.js'

const personality: Personality = {
  id: 'order-robot',
  handle: ({ text }, memory) => {
    const reading = readForm(text)
    if (!reading.ok) return failed(reading, reading.error)
    const rule = RULES[reading.form.action]
    if (rule === undefined) return failed(reading, `${reading.form.action} is done by hand`)
    const ruling = rule(reading.form, memory)
    if ('error' in ruling) return failed(reading, ruling.error)
    const handle = given(reading.form)
    return {
      text: status(reading, 'init'),
      later: [
        ...ruling.steps.map((word) => status(reading, word, word === 'REG-OK' || word === 'delegated' ? handle : [])),
        ...(reading.form.action === 'KK-ACK' ? [status({ ...reading, reference: null }, 'gone', [], null)] : []),
      ],
      ...factsOf(reading, true),
    }
  },
  refuse: ({ text }) => failed(readForm(text), 'simulated refusal'),
  tell: (news, { text }, memory) => {
    const reading = readForm(text)
    if (!reading.ok || memory.find(reading.form.domain)?.provider !== 'gateway') return null
    const word = WORDS[news]
    if (word === null) return null
    memory.remove(reading.form.domain)
    return status({ ...reading, reference: null }, word, [], null)
  },
  ask: ({ text }, memory) => {
    const reading = readForm(text)
    const held = reading.ok ? memory.find(reading.form.domain) : null
    if (!reading.ok || held?.provider !== 'gateway') return null
    memory.save({ ...held, asked: true })
    const until = new Date(memory.now().getTime() + DAYS_TO_ANSWER)
    return notice(reading.form, 'KK-req', ['NEW_PROVIDER="PROVIDER-2"', `ANSWER_UNTIL="${stamp(until)}"`])
  },
  unauthenticated: () => null,
}

export default personality

/** There is no word for a name that will be deleted unless it is mended. */
const WORDS: Record<News, string | null> = { moved: 'gone', deleted: 'closed', failing: null }

const DAYS_TO_ANSWER = 5 * 24 * 60 * 60_000

const stamp = (at: Date): string => `${at.toISOString().slice(0, 19)}Z`

const notice = ({ domain, admin }: Form, word: string, more: readonly string[]): string =>
  [
    ...['The order robot tells you:', '', '#HS.DOMAIN.NOTICE', `DOMAIN_NAME="${domain}"`, `DOMAIN_ADMIN="${admin}"`],
    ...[`DOMAIN_NOTICE="${word}"`, ...more, '#'],
  ].join('\n')

const given = ({ fields }: Form): string[] =>
  fields.has('OWNER_NAME') ? [`OWNER_HANDLE="N${randomInt(1_000, 9_999)}@HANDLES.DE"`] : []

const status = (
  reading: Reading,
  word: string,
  more: readonly string[] = [],
  action: string | null = reading.ok ? reading.form.action : null,
): string =>
  [
    'The order robot tells you:',
    '',
    '#HS.DOMAIN.STATUS',
    ...(reading.ok ? [`DOMAIN_NAME="${reading.form.domain}"`, `DOMAIN_ADMIN="${reading.form.admin}"`] : []),
    ...(action === null ? [] : [`DOMAIN_ACTION="${action}"`]),
    ...(reading.reference === null ? [] : [`ORDER_REFERENCE="${reading.reference}"`]),
    `DOMAIN_STATUS="${word}"`,
    ...more,
    '#',
  ].join('\n')

const failed = (reading: Reading, error: string): Answer => ({
  text: status(reading, 'error', [`STATUS_TEXT="${error.replaceAll('"', "'").replace(/[^\x20-\x7e]/g, '?')}"`]),
  ...factsOf(reading, false),
})

const factsOf = (reading: Reading, done: boolean): Omit<Answer, 'text' | 'later'> => ({
  outcome: done ? 'success' : 'failed',
  action: reading.ok ? reading.form.action : null,
  domain: reading.ok ? reading.form.domain : null,
  reference: reading.reference,
})
