import type { Client } from './values.js'

/**
 * Ends the leases of every owner but this one, so that what they had under way is found at once. A request that was being
 * handed over stays in that state: whoever claims it next has to know that its mail may have left.
 */
export const endLeasesOfOthers = async (client: Client, owner: string): Promise<void> => {
  const theirs = { where: { leaseOwner: { not: owner } }, data: { leaseOwner: null, leaseUntil: null } }
  await client.request.updateMany(theirs)
  await client.mail.updateMany(theirs)
}
