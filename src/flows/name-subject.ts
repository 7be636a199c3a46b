import type { RuleReading } from '../core/mail-rule.js'
import type { Reply } from '../core/reply.js'
import type { Tables } from '../ports.js'

type Meant = { reply: Reply; ambiguous?: string }
type Input = { byRule: RuleReading; connectionId: string }

/**
 * What a text that a rule read is about: of all that it names, the one request of the connection whose reference is in it,
 * or else the one that waits for an answer about a domain that is in it; of a notice, the one domain that the connection
 * holds. Where several fit nobody guesses. Whether it may settle that request `correlate` decides, as of any reply.
 */
export const nameSubject = async (tables: Tables, input: Input): Promise<Meant> => {
  const { reply } = input.byRule
  if (reply.outcome === 'unrecognised') return { reply }
  if (reply.outcome === 'notice') return nameDomain(tables, input)
  const references = await ownReferences(tables, input)
  if (references.length > 1) return several(input, references)
  const [reference] = references
  if (reference !== undefined) return { reply: { ...reply, reference } }
  const domains = await awaitedDomains(tables, input)
  return domains.length > 1 ? several(input, domains) : { reply: { ...reply, domain: domains[0] ?? null } }
}

/** Of several that are ours none is meant for sure. */
const nameDomain = async (tables: Tables, input: Input): Promise<Meant> => {
  const { reply, mentions } = input.byRule
  const held = []
  for (const name of mentions.domains)
    if ((await tables.domains.get(name))?.connectionId === input.connectionId) held.push(name)
  const domain = held.length === 1 ? (held[0] ?? null) : null
  return { reply: { ...reply, domain } }
}

const ownReferences = async (tables: Tables, { byRule, connectionId }: Input): Promise<string[]> => {
  const own = []
  for (const reference of byRule.mentions.references)
    if ((await tables.requests.findByReference(reference))?.connectionId === connectionId) own.push(reference)
  return own
}

const awaitedDomains = async (tables: Tables, { byRule, connectionId }: Input): Promise<string[]> => {
  const awaited = []
  for (const name of byRule.mentions.domains)
    if ((await tables.requests.findAwaiting(connectionId, name)).length > 0) awaited.push(name)
  return awaited
}

const several = ({ byRule: { reply, rule } }: Input, names: readonly string[]): Meant => ({
  reply,
  ambiguous: `the rule "${rule.title}" fits, but the text names several requests of ours: ${names.join(', ')}`,
})
