import { parseDomainName } from '../../core/domain-name.js'
import type { Problem } from '../../core/errors.js'
import type { OrderTerms } from '../../core/order.js'
import type { EncodeInput } from '../profile.js'
import { isSent, type SentAction } from './codes.js'
import { type Handles, readHandles } from './contacts.js'
import { type DnsData, readDnsData } from './dns-data.js'

/** An order in the registry's terms: every value is what stands in the request, in the order it stands there. */
export type DenicOrder = Handles &
  DnsData & { action: SentAction; ace: string; unicode: string; authInfo: string | null }

/**
 * Reads an order, with everything that would keep it from becoming a valid request. `check` reports the problems, and
 * `encode` and `confirm` use the same reading, so that what was checked is what is sent.
 */
export const readOrder = (input: Omit<EncodeInput, 'reference'>): { order: DenicOrder | null; problems: Problem[] } => {
  const { terms, domain } = input
  const { action } = terms
  if (!isSent(action))
    return { order: null, problems: [{ pointer: '/action', detail: `This profile sends no ${action}.` }] }
  const name = readName(terms.domain)
  const contacts = readHandles(input)
  const dns = readDnsData(terms, { ace: name.ace, domain: terms.action === 'update-nameservers' ? domain : null })
  const problems = [
    ...name.problems,
    ...contacts.problems,
    ...dns.problems,
    ...authInfoProblems(terms),
    ...excess(terms),
  ]
  const { ace, unicode } = name
  return { order: { action, ace, unicode, authInfo: terms.authInfo, ...contacts.handles, ...dns.dns }, problems }
}

/** The letters that a name under .de may have besides a to z: the 93 lower-case ones of Latin-1 and Latin Extended-A. */
const LETTERS = /^[a-z0-9\u00df-\u00f6\u00f8-\u017f-]+\.de$/

const readName = (domain: string): { ace: string; unicode: string; problems: Problem[] } => {
  const at = (detail: string): Problem => ({ pointer: '/domain', detail })
  const parsed = parseDomainName(domain)
  if (!parsed.ok) return { ace: domain, unicode: domain, problems: parsed.problems.map(({ detail }) => at(detail)) }
  const { name: ace, unicodeName: unicode, tld } = parsed.value
  const problems: Problem[] = []
  if (tld !== 'de') problems.push(at(`${unicode} is not under .de; this profile takes names under .de alone.`))
  else if (!LETTERS.test(unicode))
    problems.push(
      at(
        `${unicode} has letters that the registry does not take; allowed are a to z, digits, hyphens and the letters of its list of IDN characters, like ä and ß.`,
      ),
    )
  if (ace.length < 4 || ace.length > 66)
    problems.push(at(`${ace} has ${ace.length} characters; the registry wants 4 to 66.`))
  return { ace, unicode, problems }
}

/** A password is never repeated in a problem. */
const authInfoProblems = ({ action, authInfo }: OrderTerms): Problem[] => {
  if (action !== 'transfer')
    return authInfo === null
      ? []
      : [{ pointer: '/authInfo', detail: 'The AuthInfo belongs to a transfer alone; leave it out.' }]
  if (authInfo === null)
    return [
      { pointer: '/authInfo', detail: 'A transfer needs the AuthInfo that the holder got from the present provider.' },
    ]
  if (/^[\x21-\x7e]{8,16}$/.test(authInfo)) return []
  return [{ pointer: '/authInfo', detail: 'The AuthInfo must have 8 to 16 visible ASCII characters and no blanks.' }]
}

const excess = ({ period, disconnect }: OrderTerms): Problem[] => [
  ...(period !== null && period.years !== 1
    ? [
        {
          pointer: '/period/years',
          detail: `The registry sells no period of ${period.years} years: a domain runs until it is deleted. Leave it out, or say 1.`,
        },
      ]
    : []),
  ...(disconnect !== null
    ? [{ pointer: '/disconnect', detail: 'Only a transit is connected or disconnected; leave it out.' }]
    : []),
]
