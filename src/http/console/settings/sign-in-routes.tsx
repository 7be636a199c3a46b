import { Fault } from '../../../core/errors.js'
import type { IdentityIssuer } from '../../../ports.js'
import { type Area, sentence } from '../frame/area.js'
import { SignInSettingsPage } from './sign-in-page.js'

/** How people sign in, for administrators: what the settings say, and whether the issuer is there. */
export const addSignInPage = ({ settings, identity, page }: Area): void =>
  page(
    '/settings/sign-in',
    async () => {
      const { oidc = null, secondFactor = [] } = settings
      const issuer =
        identity === null || oidc === null ? null : { identity, policy: oidc, problem: await problemOf(identity) }
      return { title: 'Sign-in', content: <SignInSettingsPage issuer={issuer} secondFactor={secondFactor} /> }
    },
    'users',
  )

/** Asks it as for a sign-in that nobody takes up. */
const problemOf = async (identity: IdentityIssuer): Promise<string | null> => {
  try {
    await identity.authorizationUrl({ state: 'none', nonce: 'none', verifier: 'none' })
    return null
  } catch (error) {
    if (error instanceof Fault) return sentence(error.message)
    throw error
  }
}
