/**
 * What the claims of an issuer of OpenID Connect mean here: who somebody is, and what they may do. The claims are those of
 * an ID token that was verified, and of the UserInfo of the same `sub` (OpenID Connect Core 1.0, 2 and 5.3.2).
 */

export type Claims = Readonly<Record<string, unknown>>
export type ConsoleRole = 'viewer' | 'operator' | 'admin'

/** What the operator made of the issuer's word. */
export type IssuerPolicy = {
  /** The claim that names a user of ours. */
  userClaim: string
  /** Which value of which claim gives which role; null: roles are given here, and the issuer has no say in them. */
  roles: { claim: string; grants: readonly { role: ConsoleRole; value: string }[] } | null
  /** Whether somebody whom we do not know, and who has a role by `roles`, becomes a user. */
  creates: boolean
  /** Whose second factor counts: `issuer` takes its word (`amr`) for one. */
  secondFactor: 'ours' | 'issuer'
  /** Whether nobody signs in by password. */
  only: boolean
}

const HIGHEST_FIRST = ['admin', 'operator', 'viewer'] as const

/**
 * The claim of that name, or, where the name has dots, within the objects that it leads through (`realm_access.roles`).
 * Undefined where there is none.
 */
export const claimAt = (claims: Claims, name: string): unknown => {
  if (Object.hasOwn(claims, name)) return claims[name]
  const [head = '', ...rest] = name.split('.')
  const inner = rest.length > 0 && Object.hasOwn(claims, head) ? claims[head] : undefined
  return isObject(inner) ? claimAt(inner, rest.join('.')) : undefined
}

const isObject = (value: unknown): value is Claims =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export type NamedUser = { name: string } | { problem: 'absent' | 'unverified' }

/**
 * The name that the claims give. An address counts where the issuer says that it is verified: otherwise anybody could give
 * an administrator's as their own (OpenID Connect Core 1.0, 5.1, `email_verified`).
 */
export const namedUser = (claims: Claims, { userClaim }: Pick<IssuerPolicy, 'userClaim'>): NamedUser => {
  const name = claimAt(claims, userClaim)
  if (typeof name !== 'string' || name === '') return { problem: 'absent' }
  return userClaim === 'email' && claims['email_verified'] !== true ? { problem: 'unverified' } : { name }
}

/** The highest role that the claims give; null where they give none. Without `roles` nobody asks. */
export const grantedRole = (
  claims: Claims,
  { claim, grants }: NonNullable<IssuerPolicy['roles']>,
): ConsoleRole | null => {
  const values = [claimAt(claims, claim) ?? []].flat().filter((value) => typeof value === 'string')
  const granted = grants.filter(({ value }) => values.includes(value)).map(({ role }) => role)
  return HIGHEST_FIRST.find((role) => granted.includes(role)) ?? null
}

/** Whether the issuer says that more than one factor was used (RFC 8176, 2: `mfa`). */
export const isMultiFactor = (claims: Claims): boolean => {
  const methods = claims['amr']
  return Array.isArray(methods) && methods.includes('mfa')
}

/** The claims that are needed of an issuer; what its ID token lacks, its UserInfo is asked for. */
export const neededClaims = ({ userClaim, roles }: Pick<IssuerPolicy, 'userClaim' | 'roles'>): string[] => [
  userClaim,
  ...(userClaim === 'email' ? ['email_verified'] : []),
  ...(roles === null ? [] : [roles.claim]),
]
