import { parseDomainName } from '../../core/domain-name.js'
import type { Problem } from '../../core/errors.js'

/** The letters that a name under .de may have besides a to z: the 93 lower-case ones of Latin-1 and Latin Extended-A. */
const LETTERS = /^[a-z0-9\u00df-\u00f6\u00f8-\u017f-]+\.de$/

/** A name as orders write it, and everything that is wrong with it. */
export const readDomain = (domain: string): { ace: string; unicode: string; problems: Problem[] } => {
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
