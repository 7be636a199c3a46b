import type { Nameserver } from '../../core/domain.js'
import { parseAddress, parseHostName } from '../../core/domain-name.js'
import { type Checked, ok, wrong } from '../../core/errors.js'
import type { Section } from '../key-value.js'

/** A-labels alone: a name in Unicode from outside is never mapped to find a domain of ours. */
const A_LABELS = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/

/** The domain that a reply is about, as an A-label; null where it names none, or in Unicode alone. */
export const readName = (head: Section): Checked<string | null> => {
  const [ace = null] = head.all('Domain-Ace').map(inLowerCase)
  const [domain = null] = head.all('Domain').map(inLowerCase)
  if (ace !== null && (ace.length > 253 || !A_LABELS.test(ace)))
    return wrong(at('The Domain-Ace is no name in A-labels.'))
  if (ace === null) return ok(domain !== null && domain.length <= 253 && A_LABELS.test(domain) ? domain : null)
  if (domain === null || domain === ace || domain.toLowerCase() === unicodeOf(ace)) return ok(ace)
  return wrong(at('The Domain and the Domain-Ace are two different names.'))
}

/** Letters of ASCII alone: Unicode has others (U+212A, the sign of Kelvin) that would become some of these. */
const inLowerCase = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())

/** From the A-label to Unicode is safe: every A-label has one reading. */
const unicodeOf = (ace: string): string | null => {
  const host = parseHostName(ace)
  return host.ok ? host.value.unicodeName : null
}

/** Name servers as replies state them: `host.` or `host. address`, one address a line. */
export const readNameservers = (lines: readonly string[]): Checked<Nameserver[] | null> => {
  if (lines.length === 0) return ok(null)
  const servers = new Map<string, string[]>()
  for (const line of lines) {
    const [name = '', text, ...rest] = line.split(/ +/)
    const host = inLowerCase(name).replace(/\.$/, '')
    const address = text === undefined ? null : parseAddress(text)
    if (rest.length > 0 || host.length > 253 || !A_LABELS.test(host) || address?.ok === false)
      return wrong(at(`The Nserver ${JSON.stringify(line.slice(0, 80))} is not a host with at most one address.`))
    servers.set(host, [...(servers.get(host) ?? []), ...(address?.ok ? [address.value.address] : [])])
  }
  return ok([...servers].map(([host, addresses]) => ({ host, addresses })))
}

const at = (detail: string) => ({ pointer: '', detail })
