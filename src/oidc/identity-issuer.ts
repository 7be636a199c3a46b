import * as oidc from 'openid-client'
import { Fault, messageOf, Refusal } from '../core/errors.js'
import { type Claims, claimAt } from '../core/issuer-claims.js'
import type { Clock, IdentityIssuer, IssuerExchange } from '../ports.js'
import { cappedFetch } from './capped-fetch.js'

export type IssuerOptions = {
  issuer: string
  clientId: string
  clientSecret: string
  /** What is asked for, divided by spaces; `openid` among it. */
  scope: string
  /** How browsers reach the console. */
  publicUrl: string
  /** Those that the UserInfo of the issuer is asked for where its ID token lacks them. */
  neededClaims: readonly string[]
  clock: Clock
  /** For tests: other ways to the issuer, and plain http. No setting leads here. */
  fetch?: (url: string, options: object) => Promise<Response>
  insecure?: boolean
}

export const REDIRECT_PATH = '/login/oidc/callback'

/** How long one question to the issuer may take, seconds: a person waits for the page. */
const TIMEOUT = 10
/** How far the clocks may be apart, seconds. */
const TOLERANCE = 60
/** How long what the issuer says of itself is remembered, milliseconds. Its keys are asked for each time. */
const METADATA_MS = 10 * 60_000

/**
 * A relying party of OpenID Connect: the authorization code flow with PKCE (S256), `state` and `nonce`. Issuer, audience,
 * times and nonce of the ID token are checked, and its signature too, though it comes over TLS from the issuer itself. The
 * code comes in the query of a GET: our cookies are `SameSite=Lax`, which browsers send with a navigation from another site
 * and do not send with a form that another site posts (`response_mode=form_post`).
 */
export const createIdentityIssuer = (options: IssuerOptions): IdentityIssuer => {
  const { issuer, clientId, scope, publicUrl, clock } = options
  const redirectUri = `${publicUrl}${REDIRECT_PATH}`
  const signedOutUri = `${publicUrl}/login`
  const ask = cappedFetch(options.fetch)
  let known: { metadata: oidc.ServerMetadata; until: number } | null = null

  const metadata = async (): Promise<oidc.ServerMetadata> => {
    const now = clock.now().getTime()
    if (known !== null && now < known.until) return known.metadata
    const found = await discover(options, ask)
    known = { metadata: found, until: now + METADATA_MS }
    return found
  }
  /** Made for each exchange: it has the difference between our clock and the machine's, and fresh keys of the issuer. */
  const configuration = async (): Promise<oidc.Configuration> => {
    const found = await metadata()
    const skew = Math.round((clock.now().getTime() - Date.now()) / 1_000)
    const client = { [oidc.clockSkew]: skew, [oidc.clockTolerance]: TOLERANCE }
    const made = new oidc.Configuration(found, clientId, client, authenticationFor(found, options))
    made.timeout = TIMEOUT
    made[oidc.customFetch] = ask
    oidc.enableNonRepudiationChecks(made)
    if (options.insecure === true) oidc.allowInsecureRequests(made)
    return made
  }
  return {
    ...{ issuer, clientId, redirectUri, signedOutUri },
    authorizationUrl: async ({ state, nonce, verifier }) => {
      const challenge = await oidc.calculatePKCECodeChallenge(verifier)
      const config = await configuration()
      return orIssuerWrong(options, () =>
        oidc.buildAuthorizationUrl(config, {
          ...{ redirect_uri: redirectUri, scope, state, nonce },
          ...{ code_challenge: challenge, code_challenge_method: 'S256' },
        }),
      )
    },
    redeem: async (query, exchange) => {
      const config = await configuration()
      try {
        return await redeem(config, { ...options, redirectUri, query, exchange })
      } catch (error) {
        throw believable(error, issuer)
      }
    },
    endSessionUrl: async () => {
      const config = await configuration()
      if (config.serverMetadata().end_session_endpoint === undefined) return null
      return orIssuerWrong(options, () => oidc.buildEndSessionUrl(config, { post_logout_redirect_uri: signedOutUri }))
    },
  }
}

/**
 * What the issuer says of itself (OpenID Connect Discovery 1.0, 4). It has to be the very issuer that the settings name:
 * one that stands for many (`.../common/v2.0`) would let the users of all of them in.
 */
const discover = async (
  { issuer, clientId, insecure }: IssuerOptions,
  ask: oidc.CustomFetch,
): Promise<oidc.ServerMetadata> => {
  const execute = insecure === true ? [oidc.allowInsecureRequests] : []
  try {
    const options = { timeout: TIMEOUT, execute, [oidc.customFetch]: ask }
    const found = (await oidc.discovery(new URL(issuer), clientId, undefined, undefined, options)).serverMetadata()
    if (new URL(found.issuer).href !== new URL(issuer).href) throw new Error(`it calls itself ${found.issuer}`)
    return found
  } catch (error) {
    throw faultIn(error) ?? issuerWrong(issuer, error)
  }
}

/** In the header where the issuer does not say that it takes the secret in the body alone (RFC 6749, 2.3.1). */
const authenticationFor = (
  { token_endpoint_auth_methods_supported: methods }: oidc.ServerMetadata,
  { clientSecret }: IssuerOptions,
): oidc.ClientAuth => {
  const inBody = methods !== undefined && !methods.includes('client_secret_basic')
  return inBody ? oidc.ClientSecretPost(clientSecret) : oidc.ClientSecretBasic(clientSecret)
}

type Redemption = { query: string; exchange: IssuerExchange; redirectUri: string; neededClaims: readonly string[] }

const redeem = async (config: oidc.Configuration, { query, exchange, redirectUri, neededClaims }: Redemption) => {
  const url = new URL(redirectUri)
  url.search = query
  const tokens = await oidc.authorizationCodeGrant(config, url, {
    ...{ expectedState: exchange.state, expectedNonce: exchange.nonce, pkceCodeVerifier: exchange.verifier },
    idTokenExpected: true,
  })
  const signed: Claims & { sub: string } = tokens.claims() ?? nothingSigned()
  const lacks = neededClaims.some((name) => claimAt(signed, name) === undefined)
  if (!lacks || config.serverMetadata().userinfo_endpoint === undefined) return { subject: signed.sub, claims: signed }
  const told: Claims = await oidc.fetchUserInfo(config, tokens.access_token, signed.sub)
  return { subject: signed.sub, claims: { ...signed, ...told, ...onlySigned(signed) } }
}

const nothingSigned = (): never => {
  throw new Error('it sent no ID token')
}

/** What the signature has to cover, whatever the UserInfo says. */
const onlySigned = ({ iss, sub, amr }: Claims): Claims => ({ iss, sub, amr })

const orIssuerWrong = ({ issuer }: IssuerOptions, build: () => URL): string => {
  try {
    return build().href
  } catch (error) {
    throw issuerWrong(issuer, error)
  }
}

const issuerWrong = (issuer: string, cause: unknown): Fault =>
  new Fault('issuer-wrong', `${issuer} is not set up as SEALPOST_OIDC_ISSUER needs it: ${wordsOf(cause)}`, {
    ...{ temporary: false, cause },
  })

/** A fault of ours that the library has wrapped. */
const faultIn = (error: unknown): Fault | null => {
  if (error instanceof Fault) return error
  return error instanceof Error && error.cause !== undefined ? faultIn(error.cause) : null
}

/** What is thrown for what came back with a browser: whose fault it is, and what to do. */
const believable = (error: unknown, issuer: string): Error => {
  const fault = faultIn(error)
  if (fault !== null) return fault
  if (error instanceof oidc.AuthorizationResponseError) return declined(error, issuer)
  if (error instanceof oidc.WWWAuthenticateChallengeError) return unknownClient(issuer, error)
  if (error instanceof oidc.ResponseBodyError)
    return error.error === 'invalid_grant' ? spentCode(issuer, error) : unknownClient(issuer, error)
  return new Refusal('forbidden', `what ${issuer} sent does not pass the checks (${wordsOf(error)})`, { cause: error })
}

/** Its description may be anybody's text: it came in an address. */
const declined = (error: oidc.AuthorizationResponseError, issuer: string): Error => {
  const code = /^[a-z_]{1,40}$/.test(error.error) ? error.error : 'an error'
  const away = code === 'server_error' || code === 'temporarily_unavailable'
  const text = `${issuer} did not sign you in: ${code}`
  return away
    ? new Fault('issuer-away', text, { temporary: true, cause: error })
    : new Refusal('forbidden', text, { cause: error })
}

const spentCode = (issuer: string, cause: unknown): Refusal =>
  new Refusal('forbidden', `${issuer} does not take its code: it was used, is too old, or belongs to another sign-in`, {
    cause,
  })

const unknownClient = (issuer: string, cause: unknown): Fault =>
  new Fault(
    'issuer-wrong',
    `${issuer} does not take us for its client: SEALPOST_OIDC_CLIENT_ID, SEALPOST_OIDC_CLIENT_SECRET and the registered redirect URI have to be its own`,
    { temporary: false, cause },
  )

/** The library's error names a kind, and its cause what was unexpected. */
const wordsOf = (error: unknown): string =>
  error instanceof oidc.ClientError && error.cause instanceof Error ? messageOf(error.cause) : messageOf(error)
