import type { Nameserver } from '../core/domain.js'
import { parseAddress, parseHostName } from '../core/domain-name.js'
import type { Problem } from '../core/errors.js'

/** Name servers with their hosts as A-labels and their addresses in their usual text, and all that is wrong with them. */
export const normaliseHosts = (
  nameservers: readonly Nameserver[],
): { nameservers: Nameserver[]; problems: Problem[] } => {
  const problems: Problem[] = []
  const normalised = nameservers.map(({ host, addresses }, index) => {
    const at = `/nameservers/${index}`
    const name = parseHostName(host)
    if (!name.ok) problems.push(...name.problems.map(({ detail }) => ({ pointer: `${at}/host`, detail })))
    const texts = addresses.map((text, nth) => {
      const address = parseAddress(text)
      if (address.ok) return address.value.address
      problems.push(...address.problems.map(({ detail }) => ({ pointer: `${at}/addresses/${nth}`, detail })))
      return text
    })
    return { host: name.ok ? name.value.name : host, addresses: texts }
  })
  return { nameservers: normalised, problems }
}
