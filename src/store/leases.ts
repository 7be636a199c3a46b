import type { Client } from './client.js'

/**
 * Ends the leases of every owner but this one, so that what they had under way is found at once. A request that was being
 * handed over stays in that state: whoever claims it next has to know that its mail may have left.
 */
export const endLeasesOfOthers = async (client: Client, owner: string): Promise<void> => {
  await client.run`UPDATE requests SET lease_owner = NULL, lease_until = NULL WHERE lease_owner <> ${owner}`
  await client.run`UPDATE mails SET lease_owner = NULL, lease_until = NULL WHERE lease_owner <> ${owner}`
}
