import type { DomainStatus } from './domain.js'

/**
 * What a list of domains is sorted by; without any the newest come first. `status`: in the order of their life, newest first;
 * `age`: since when they are in their state, the youngest first. A hyphen turns it round.
 */
export const DOMAIN_SORTS = ['name', '-name', 'status', '-status', 'age', '-age'] as const

export type DomainSort = (typeof DOMAIN_SORTS)[number]

export type DomainFilter = {
  status?: DomainStatus | undefined
  registered?: boolean | undefined
  connectionId?: string | undefined
  /** An A-label without a leading dot: names that end in it. */
  tld?: string | undefined
  /** A part of the name, in A- or U-labels and lower case. */
  part?: string | undefined
  sort?: DomainSort | undefined
}
