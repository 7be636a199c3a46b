import { createHash, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { Clock } from '../../src/ports.js'

export const ISSUER = 'https://login.example/realms/staff'
export const CLIENT_ID = 'sealpost'
export const CLIENT_SECRET = 'a secret / with: signs'

type Json = Record<string, unknown>

/** How the issuer misbehaves; everything else it does as the specifications say. */
export type Twist = {
  /** Claims of the ID token, instead of these. */
  claims?: (claims: Json) => Json
  /** The ID token itself. `honest` is the one that would be sent. */
  token?: (given: { claims: Json; honest: string; keys: IssuerKeys }) => string | undefined
  /** The address that the browser is sent back to. */
  back?: (url: URL) => void
  /** What an endpoint answers, by its path, instead of what it would. */
  answers?: Record<string, () => Response>
  metadata?: Json
  userInfo?: Json
}

export type IssuerKeys = { signing: KeyObject; stranger: KeyObject; publicPem: string }

export type TestIssuer = {
  twist: Twist
  /** Paths that were asked. */
  asked: string[]
  /** Stands for the network between us and it. */
  fetch(url: string, options: object): Promise<Response>
  /** What a browser does at its page: signs in as somebody, and is sent back to the address that this gives. */
  authorize(url: string, person: Json): string
}

type Grant = { nonce: string; challenge: string; redirectUri: string; person: Json }

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A compact JWS (RFC 7515, 3.1). */
export const jws = (header: Json, claims: Json, signer: (input: Buffer) => Buffer): string => {
  const input = `${part(header)}.${part(claims)}`
  return `${input}.${signer(Buffer.from(input)).toString('base64url')}`
}

export const es256 = (key: KeyObject) => (input: Buffer) => sign('sha256', input, { key, dsaEncoding: 'ieee-p1363' })
export const hs256 = (secret: string) => (input: Buffer) => createHmac('sha256', secret).update(input).digest()
export const unsigned = () => Buffer.alloc(0)

/** An issuer of OpenID Connect without a socket: it holds what a client has to send to what the specifications ask for. */
export const createTestIssuer = (clock: Clock): TestIssuer => {
  const [own, other] = [
    generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ]
  const keys: IssuerKeys = {
    ...{ signing: own.privateKey, stranger: other.privateKey },
    publicPem: own.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  }
  const grants = new Map<string, Grant>()
  const tokens = new Map<string, Json>()
  let count = 0
  const next = (kind: string): string => `${kind}-${++count}`

  const idToken = ({ nonce, person }: Grant): string | undefined => {
    const now = Math.floor(clock.now().getTime() / 1_000)
    const { amr, sub, ...rest } = person
    const told = issuer.twist.userInfo === undefined ? rest : {}
    const honest = {
      iss: ISSUER,
      aud: CLIENT_ID,
      iat: now,
      exp: now + 300,
      nonce,
      sub,
      ...(amr === undefined ? {} : { amr }),
      ...told,
    }
    const claims = issuer.twist.claims?.(honest) ?? honest
    const token = jws({ alg: 'ES256', kid: 'one' }, claims, es256(keys.signing))
    return issuer.twist.token === undefined ? token : issuer.twist.token({ claims, honest: token, keys })
  }

  const endpoints: Record<string, (request: { headers: Headers; form: URLSearchParams }) => Response> = {
    '/realms/staff/.well-known/openid-configuration': () =>
      Response.json({
        ...{ issuer: ISSUER, authorization_endpoint: `${ISSUER}/auth`, token_endpoint: `${ISSUER}/token` },
        ...{ jwks_uri: `${ISSUER}/keys`, userinfo_endpoint: `${ISSUER}/me`, end_session_endpoint: `${ISSUER}/end` },
        ...{ id_token_signing_alg_values_supported: ['ES256', 'HS256', 'none'], response_types_supported: ['code'] },
        authorization_response_iss_parameter_supported: true,
        ...issuer.twist.metadata,
      }),
    '/realms/staff/keys': () =>
      Response.json({ keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'ES256', use: 'sig' }] }),
    '/realms/staff/token': ({ headers, form }) => {
      const refuse = (error: string, status = 400) => Response.json({ error }, { status })
      if (!isClient(headers.get('authorization'))) return refuse('invalid_client', 401)
      const grant = grants.get(form.get('code') ?? '')
      grants.delete(form.get('code') ?? '')
      const challenge = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url')
      if (grant === undefined || challenge !== grant.challenge || form.get('redirect_uri') !== grant.redirectUri)
        return refuse('invalid_grant')
      const access = next('access')
      tokens.set(access, grant.person)
      return Response.json({ access_token: access, token_type: 'Bearer', expires_in: 60, id_token: idToken(grant) })
    },
    '/realms/staff/me': ({ headers }) => {
      const person = tokens.get((headers.get('authorization') ?? '').replace(/^Bearer /, ''))
      return person === undefined
        ? Response.json({ error: 'invalid_token' }, { status: 401 })
        : Response.json({ ...person, ...issuer.twist.userInfo })
    },
  }

  const issuer: TestIssuer = {
    twist: {},
    asked: [],
    fetch: async (url, options) => {
      const { pathname, origin } = new URL(url)
      if (origin !== new URL(ISSUER).origin)
        throw new TypeError('fetch failed', { cause: new Error(`no such host in ${url}`) })
      issuer.asked.push(pathname)
      const { headers, body } = options as { headers: Record<string, string>; body?: unknown }
      const answer = issuer.twist.answers?.[pathname]
      if (answer !== undefined) return answer()
      const form = new URLSearchParams(String(body ?? ''))
      return endpoints[pathname]?.({ headers: new Headers(headers), form }) ?? new Response(null, { status: 404 })
    },
    authorize: (url, person) => {
      const { origin, pathname, searchParams: asked } = new URL(url)
      const get = (name: string): string => asked.get(name) ?? ''
      if (`${origin}${pathname}` !== `${ISSUER}/auth`) throw new Error(`${url} is not where people sign in`)
      const honest =
        get('response_type') === 'code' && get('client_id') === CLIENT_ID && get('code_challenge_method') === 'S256'
      if (!honest || !get('scope').split(' ').includes('openid')) throw new Error(`${url} is no request for a sign-in`)
      const code = next('code')
      const grant = { nonce: get('nonce'), challenge: get('code_challenge'), redirectUri: get('redirect_uri'), person }
      grants.set(code, grant)
      const back = new URL(grant.redirectUri)
      back.search = new URLSearchParams({ code, state: get('state'), iss: ISSUER }).toString()
      issuer.twist.back?.(back)
      return back.href
    },
  }
  return issuer
}

/** RFC 6749, 2.3.1: both are encoded as in a form before they are joined. */
const isClient = (authorization: string | null): boolean => {
  const encode = (text: string): string => new URLSearchParams({ x: text }).toString().slice(2)
  const expected = Buffer.from(`${encode(CLIENT_ID)}:${encode(CLIENT_SECRET)}`).toString('base64')
  return authorization === `Basic ${expected}`
}
