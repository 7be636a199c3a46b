import { parse as parseSuffix } from 'tldts'
import { toASCII, toUnicode } from 'tr46'
import { type Checked, ok, type Problem, wrong } from './errors.js'
import { isIpAddress } from './ip-address.js'
import { scriptProblem } from './label-script.js'

export { isIpAddress, parseAddress } from './ip-address.js'

/** A-labels in lower case, without a trailing dot, and the same name as people read it. */
export type HostName = { name: string; unicodeName: string }
/** `tld` is the last label, as an A-label: `uk` for `example.co.uk`. */
export type DomainName = HostName & { tld: string }

/** No name in the DNS is longer than 255 octets (RFC 1035, 2.3.4); longer input is not looked at. */
const LONGEST_INPUT = 255

/** UTS 46 with everything that it can check switched on. */
const STRICT = { checkBidi: true, checkHyphens: true, checkJoiners: true, useSTD3ASCIIRules: true } as const

/**
 * A registrable domain name, in A- or U-labels: one label below a public suffix of the ICANN section of the Public Suffix
 * List, or a zone of the reverse trees, which are delegated at any depth (`isReverse`). Suffixes that private parties run
 * (`github.io`) count as ordinary names. Every problem is a sentence.
 */
export const parseDomainName = (input: string): Checked<DomainName> => {
  const parsed = parseOrderedName(input)
  if (!parsed.ok) return parsed
  const { below, ...name } = parsed.value
  return below === null ? ok(name) : wrong({ pointer: '', detail: belowText(name, below) })
}

/** `below`: the registrable name that it lies below, as an A-label; null where it is one itself. */
export type OrderedName = DomainName & { below: string | null }

/** As `parseDomainName`, and names below a registrable one too, which some connections take. */
export const parseOrderedName = (input: string): Checked<OrderedName> => {
  const host = parseHostName(input)
  if (!host.ok) return host
  const problem = registrationProblem(host.value)
  if (problem !== null) return wrong({ pointer: '', detail: problem })
  const { name } = host.value
  const registrable = isReverse(name) ? name : (registrableOf(name) ?? name)
  return ok({
    ...{ ...host.value, tld: name.slice(name.lastIndexOf('.') + 1) },
    below: registrable === name ? null : registrable,
  })
}

/** Why such a name is not ordered of a registry. */
export const belowText = ({ unicodeName }: Pick<DomainName, 'unicodeName'>, below: string): string =>
  `${unicodeName} is a sub-domain; only ${toUnicode(below).domain} can be registered, order that.`

/** Of a name that was taken before, as an A-label. */
export const isBelowRegistrable = (name: string): boolean => !isReverse(name) && registrableOf(name) !== name

const registrableOf = (name: string): string | null => parseSuffix(name, SUFFIXES).domain

const SUFFIXES = { allowPrivateDomains: false, extractHostname: false } as const

/**
 * The name of a host, such as a name server: at least two labels of letters, digits and hyphens (RFC 952, RFC 1123, 2.1),
 * or U-labels that strict UTS 46 takes without changing more than case, width and normal form.
 */
export const parseHostName = (input: string): Checked<HostName> => {
  const known = parsed.get(input)
  if (known !== undefined) return known
  const checked = checkHostName(input)
  if (input.length > LONGEST_INPUT) return checked
  if (parsed.size >= MOST_PARSED) parsed.clear()
  parsed.set(input, checked)
  return checked
}

/** An order's few names are read a dozen times on its way, and UTS 46 takes its time. */
const parsed = new Map<string, Checked<HostName>>()
const MOST_PARSED = 2_000

const checkHostName = (input: string): Checked<HostName> => {
  const whole = wholeProblem(input)
  if (whole !== null) return wrong({ pointer: '', detail: whole })
  const text = foldWidth(input)
  const labels = text.split('.')
  const problems = labels.map(labelProblem).filter((detail) => detail !== null)
  if (problems.length > 0) return wrong(...problems.map((detail): Problem => ({ pointer: '', detail })))
  const name = toASCII(text, { ...STRICT, verifyDNSLength: true })
  if (name === null) return wrong({ pointer: '', detail: lengthOrRule(text) })
  return ok({ name, unicodeName: toUnicode(name, STRICT).domain })
}

/** A suffix that names are registered under, such as `de` or `co.uk`; `registrable`: it is in the ICANN section of the list. */
export type Tld = { tld: string; unicodeTld: string; registrable: boolean }

/** In A- or U-labels. */
export const parseTld = (input: string): Checked<Tld> => {
  const below = input.startsWith('.') ? null : parseHostName(`x.${input}`)
  if (below?.ok !== true)
    return wrong({
      pointer: '',
      detail: `${quote(input)} is no TLD; write it without a leading dot, like de or co.uk.`,
    })
  const tld = below.value.name.slice('x.'.length)
  const { publicSuffix, isIcann } = parseSuffix(below.value.name, SUFFIXES)
  return ok({
    ...{ tld, unicodeTld: below.value.unicodeName.slice('x.'.length) },
    registrable: isReverse(below.value.name) || (isIcann === true && publicSuffix === tld),
  })
}

/** Whether a host is a domain or lies below it. Both are A-labels in lower case. */
export const isInside = (host: string, domain: string): boolean => host === domain || host.endsWith(`.${domain}`)

/** Below `in-addr.arpa` (RFC 1035, 3.5) or `ip6.arpa` (RFC 3596, 2.5), where names stand for networks. A-labels. */
export const isReverse = (name: string): boolean => /\.(?:in-addr|ip6)\.arpa$/.test(name)

/**
 * Networks of IPv4 by their octets, the last first, and within one of 256 addresses a range of them (RFC 2317, whose own
 * examples have a slash, which names of hosts have not); of IPv6 by their hexadecimal digits.
 */
const reverseProblem = (name: string): string | null => {
  if (name.endsWith('.ip6.arpa'))
    return /^(?:[0-9a-f]\.){1,32}ip6\.arpa$/.test(name)
      ? null
      : `${name} is no network of IPv6: each label below ip6.arpa is one hexadecimal digit, the last of the network first, and there are 1 to 32.`
  const [first = '', ...rest] = name.slice(0, -'.in-addr.arpa'.length).split('.')
  const [, from = '', to = ''] = /^(\d{1,3})-(\d{1,3})$/.exec(first) ?? []
  const isRange = rest.length === 3 && isOctet(from) && isOctet(to) && Number(from) < Number(to)
  const isNetwork = rest.length <= 3 && (isOctet(first) || isRange) && rest.every(isOctet)
  return isNetwork
    ? null
    : `${name} is no network of IPv4: each label below in-addr.arpa is a number from 0 to 255, the last of the network first, like 2.0.192.in-addr.arpa; a part of one is a range, like 0-63.2.0.192.in-addr.arpa.`
}

const isOctet = (label: string): boolean => /^(?:0|[1-9]\d{0,2})$/.test(label) && Number(label) <= 255

const registrationProblem = ({ name, unicodeName }: HostName): string | null => {
  if (isReverse(name)) return reverseProblem(name)
  const { domain, publicSuffix, isIcann } = parseSuffix(name, SUFFIXES)
  if (isIcann !== true || publicSuffix === null)
    return `${unicodeName} ends in .${name.slice(name.lastIndexOf('.') + 1)}, which is no top-level domain.`
  if (domain === null)
    return `${unicodeName} is a suffix under which names are registered, not a name; write a name below it, like example.${publicSuffix}.`
  return null
}

/** What is wrong with the input before it makes sense to look at its labels. */
const wholeProblem = (input: string): string | null => {
  if (input.length > LONGEST_INPUT) return `The name has ${input.length} characters; at most 253 are allowed.`
  if (input === '') return 'The name is empty; write one like example.de.'
  if (!input.isWellFormed()) return 'The name is no valid Unicode text.'
  if (/[\s\p{Cc}]/u.test(input)) return `${quote(input)} has white space or control characters in it; none are allowed.`
  if (isIpAddress(input)) return `${input} is an IP address; write a name like example.de.`
  const labels = foldWidth(input).split('.')
  if (labels.length > 1 && labels.at(-1) === '') return `${quote(input)} ends with a dot; leave the dot out.`
  if (labels.includes('')) return `${quote(input)} has an empty label: a dot at its start, or two dots in a row.`
  if (labels.length < 2) return `${quote(input)} has one label; write a name and its top-level domain, like example.de.`
  if (/^\d+$/.test(labels.at(-1) ?? '')) return `${quote(input)} ends in a number, which is no top-level domain.`
  return null
}

/** Full-width and half-width forms (U+FF00 to U+FFEF) as the characters that they are forms of. */
const foldWidth = (text: string): string =>
  text.replace(/[\uff01-\uff9f\uffa0-\uffdc\uffe0-\uffee]+/g, (forms) => forms.normalize('NFKC'))

/** What is wrong with one label, as a sentence; null where nothing is that can be told from the label alone. */
const labelProblem = (label: string): string | null => {
  const shown = quote(label)
  const strange = /[^a-z0-9-]/i.exec(label.replace(/[^\0-\x7f]/g, ''))
  if (strange !== null) return `The label ${shown} has "${strange[0]}" in it; letters, digits and hyphens are allowed.`
  if (label.startsWith('-') || label.endsWith('-'))
    return `The label ${shown} begins or ends with a hyphen; it must not.`
  if (/^xn--/i.test(label)) return aLabelProblem(label.toLowerCase())
  if (/^..--/u.test(label))
    return `The label ${shown} has hyphens in third and fourth place, which only A-labels (xn--) have.`
  const scripts = scriptProblem(label)
  if (scripts !== null) return `The label ${shown} ${scripts}.`
  const folded = fold(label)
  if (toUnicode(label).domain !== folded)
    return `The label ${shown} has characters that domain names drop or replace (invisible or compatibility characters); write ${quote(toUnicode(label).domain)} if that is what you mean.`
  return contentProblem(folded, shown)
}

/** Case and normal form, letter by letter: the final sigma of a word is not what a lone capital sigma becomes. */
const fold = (label: string): string =>
  Array.from(label, (character) => character.toLowerCase())
    .join('')
    .normalize('NFC')

const aLabelProblem = (label: string): string | null => {
  const { domain, error } = toUnicode(label, STRICT)
  if (error || toASCII(domain, STRICT) !== label)
    return `The label ${quote(label)} begins like an A-label, but is not the encoding of a valid name (RFC 5891, 4.4).`
  const scripts = scriptProblem(domain)
  if (scripts !== null) return `The label ${quote(label)} (${domain}) ${scripts}.`
  return contentProblem(domain, quote(label))
}

/** Rules for a label in Unicode, folded. */
const contentProblem = (label: string, shown: string): string | null => {
  const symbol = /[^\p{Ll}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}-]/u.exec(withoutContextual(label))
  if (symbol !== null)
    return `The label ${shown} has "${symbol[0]}" in it; letters, digits and hyphens are allowed, symbols are not.`
  const ascii = toASCII(label, STRICT)
  if (ascii === null)
    return `The label ${shown} breaks a rule of UTS 46: a mark at its start, a character that is not allowed, a joiner out of place, or text in two directions.`
  if (ascii.length > 63)
    return `The label ${shown} has ${ascii.length} octets${ascii === label ? '' : ' as an A-label'}; at most 63 are allowed.`
  return null
}

/** Leaves out what is allowed in its place alone (RFC 5892, A); the places of joiners are UTS 46's to check. */
const withoutContextual = (label: string): string =>
  label
    .replace(/\u200c|\u200d/g, '')
    .replace(/(?<=l)\u00b7(?=l)/g, '')
    .replace(/\u0375(?=\p{Script=Greek})/gu, '')
    .replace(/(?<=\p{Script=Hebrew})[\u05f3\u05f4]/gu, '')
    .replace(/\u30fb/g, /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(label) ? '' : '\u30fb')

const lengthOrRule = (text: string): string => {
  const name = toASCII(text, STRICT)
  if (name !== null) return `The name has ${name.length} octets; at most 253 are allowed.`
  return `${quote(text)} breaks a rule of UTS 46: its labels do not go together, for instance text in two directions.`
}

const quote = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
