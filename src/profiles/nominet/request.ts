import { parseDomainName } from '../../core/domain-name.js'
import type { Problem } from '../../core/errors.js'
import type { OrderTerms } from '../../core/order.js'
import { confirmPairs, confirmSubject } from '../confirm-pairs.js'
import { type Pair, parseKeyValue } from '../key-value.js'
import type { Draft, EncodeInput, TemplateValues } from '../profile.js'
import { requireSound, requireWritable } from '../sound-order.js'
import { surplusParts } from '../surplus.js'
import { DETAGGED, tagOf } from './account.js'
import { readHosts } from './name-servers.js'
import { isSent, OPERATIONS, type SentAction, YEARS } from './operations.js'
import { readChanges, readRegistrant } from './registrant.js'

type Input = Omit<EncodeInput, 'reference'>

/** What an order becomes: the fields behind `operation` and `key`. */
type Reading = { pairs: Pair[]; problems: Problem[] }

/** Everything that would keep an order from becoming a valid request. */
export const check = (input: Input): Problem[] => read(input).problems

/** What the templates see. Throws `Fault` for an order that `check` would have stopped. */
export const encode = (input: EncodeInput): TemplateValues => {
  const { operation, pairs } = sound(input)
  const [, key, ...fields] = pairs
  return {
    ...{ tag: tagOf(input.connection.account), subject: operation.toUpperCase(), operation, key: key?.[1] ?? '' },
    fields: fields.map(([name, value]) => ({ name, value })),
  }
}

/**
 * The subject is the registrar's tag and the operation, so it is confirmed as the body is. An empty line would begin another
 * request.
 */
export const confirm = ({ subject, body }: Draft, input: EncodeInput): Problem[] => {
  const parsed = parseKeyValue(body, { repeatable: REPEATABLE })
  if (!parsed.ok) return parsed.problems
  const { operation, pairs } = sound(input)
  const [head, ...rest] = parsed.value.sections
  const first = head.pairs.slice(0, 2).map(([key]) => key.toLowerCase())
  return [
    ...confirmSubject(subject, `${tagOf(input.connection.account)} ${operation.toUpperCase()}`),
    ...(/^\s*\n|\n\s*\n\s*\S/.test(body) ? [at('The body has an empty line, which would begin another request.')] : []),
    ...rest.map(({ name }) => at(`The request has a section [${name}]; it takes none.`)),
    ...(first.join() === 'operation,key' ? [] : [at('The first two lines must be operation and key.')]),
    ...confirmPairs(head.pairs, pairs),
  ]
}

const REPEATABLE: ReadonlySet<string> = new Set(['addr'])

const at = (detail: string): Problem => ({ pointer: '', detail })

const sound = (input: EncodeInput): Reading & { operation: string } => {
  const reading = read(input)
  requireSound(reading.problems)
  requireWritable(reading.pairs)
  return reading
}

const read = (input: Input): Reading & { operation: string } => {
  const { action } = input.terms
  if (!isSent(action))
    return { operation: '', pairs: [], problems: [{ pointer: '/action', detail: `This profile sends no ${action}.` }] }
  const { operation, parts } = OPERATIONS[action]
  const name = readName(input.terms)
  const { pairs, problems } = READERS[action](input, name.ace)
  return {
    operation,
    pairs: [['operation', operation], ['key', name.ace], ...pairs],
    problems: [...name.problems, ...problems, ...surplusParts(input.terms, parts)],
  }
}

/** Where names can be registered by mail. Those of schools are not, and names right below .uk came later. */
const SUFFIXES = ['co.uk', 'me.uk', 'org.uk', 'net.uk', 'ltd.uk', 'plc.uk']
const LONGEST_NAME = 63

const readName = ({ domain, action }: OrderTerms): { ace: string; problems: Problem[] } => {
  const parsed = parseDomainName(domain)
  const ace = parsed.ok ? parsed.value.name : domain
  const [label = '', ...suffix] = ace.split('.')
  const details = parsed.ok
    ? [
        parsed.value.tld === 'uk' ? null : `${ace} is not under .uk; this profile takes names under .uk alone.`,
        ace.includes('xn--')
          ? `${ace} has letters beyond a to z, digits and hyphens, which the registry does not take.`
          : null,
        ace.length > LONGEST_NAME ? `${ace} has ${ace.length} characters; the registry takes ${LONGEST_NAME}.` : null,
        action !== 'register' || SUFFIXES.includes(suffix.join('.'))
          ? null
          : `${ace} cannot be registered by mail; that is for names below ${SUFFIXES.join(', ')}.`,
        action === 'register' && label.length < 3
          ? `${ace} is too short: the registry refuses one and two letters.`
          : null,
      ]
    : parsed.problems.map(({ detail }) => detail)
  return {
    ace,
    problems: details.flatMap((detail) => (detail === null ? [] : [{ pointer: '/domain', detail }])),
  }
}

const NONE: Reading = { pairs: [], problems: [] }

const READERS: Record<SentAction, (input: Input, domain: string) => Reading> = {
  register: (input, domain) => {
    const registrant = readRegistrant(input)
    const hosts = readHosts(input.terms.nameservers, { domain, replace: false })
    return {
      pairs: [...registrant.pairs, ...hosts.pairs],
      problems: [...registrant.problems, ...hosts.problems, ...periodProblems(input.terms)],
    }
  },
  'update-nameservers': ({ terms }, domain) => {
    const none =
      terms.nameservers.length === 0 ? [{ pointer: '/nameservers', detail: 'Give the new name servers.' }] : []
    const { pairs, problems } = readHosts(terms.nameservers, { domain, replace: true })
    return { pairs, problems: [...none, ...problems] }
  },
  update: (input, domain) => {
    const changes = readChanges(input)
    const { nameservers } = input.terms
    const hosts = nameservers.length === 0 ? NONE : readHosts(nameservers, { domain, replace: true })
    const pairs = [...changes.pairs, ...hosts.pairs]
    const problems = [...changes.problems, ...hosts.problems]
    const empty = pairs.length + problems.length === 0 ? [{ pointer: '', detail: CHANGES_NOTHING }] : []
    return { pairs, problems: [...problems, ...empty] }
  },
  renew: ({ terms }) => ({
    pairs: [],
    problems: terms.period === null ? [{ pointer: '/period', detail: SAY_YEARS }] : periodProblems(terms),
  }),
  close: () => NONE,
  transit: ({ terms }) => ({
    pairs: [['registrar-tag', DETAGGED]],
    problems: terms.disconnect === true ? [{ pointer: '/disconnect', detail: STAYS_CONNECTED }] : [],
  }),
  info: () => NONE,
}

const periodProblems = ({ period }: OrderTerms): Problem[] =>
  period === null || period.years === YEARS
    ? []
    : [{ pointer: '/period/years', detail: `A name is held for ${YEARS} years here; say ${YEARS}, or leave it out.` }]

const SAY_YEARS = `A renewal is for ${YEARS} years and says so nowhere: give the period of ${YEARS} years, so that its date is right here too.`
const CHANGES_NOTHING =
  'This order changes nothing: give address, e-mail or phone of the holder, name servers, or both.'
const STAYS_CONNECTED = 'A name that is detagged keeps its name servers; say false, or leave it out.'
