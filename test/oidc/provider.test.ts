import { generateKeyPairSync } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createIdentityIssuer } from '../../src/oidc/identity-issuer.js'
import type { IdentityIssuer, IssuerExchange } from '../../src/ports.js'

/**
 * Our side against an issuer of others' code, over loopback: that it takes our requests, and we its answers. What a hostile
 * one sends is in `test/http/issuer-sign-in.test.ts`.
 */
const CONSOLE = 'https://console.example'
const CLIENT = { id: 'sealpost', secret: 'a secret / with: signs + more' }
const EXCHANGE: IssuerExchange = { state: 's'.repeat(43), nonce: 'n'.repeat(43), verifier: 'v'.repeat(43) }
const HOUR = 3_600_000

let server: Server
let url: string
let issuer: IdentityIssuer

const ours = (change: { secret?: string; late?: number } = {}): IdentityIssuer =>
  createIdentityIssuer({
    ...{ issuer: url, clientId: CLIENT.id, clientSecret: change.secret ?? CLIENT.secret, publicUrl: CONSOLE },
    ...{ scope: 'openid email', neededClaims: ['email', 'email_verified'], insecure: true },
    clock: { now: () => new Date(Date.now() + (change.late ?? 0)) },
  })

beforeAll(async () => {
  // It tells that it is set up for tests, and that it would like another Node.
  vi.spyOn(console, 'info').mockImplementation(() => {})
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  const { default: Provider } = await import('oidc-provider')
  server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
  const provider = new Provider(url, {
    clients: [
      {
        ...{ client_id: CLIENT.id, client_secret: CLIENT.secret, id_token_signed_response_alg: 'ES256' },
        ...{ redirect_uris: [`${CONSOLE}/login/oidc/callback`], post_logout_redirect_uris: [`${CONSOLE}/login`] },
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    findAccount: async (_: unknown, id: string) => ({
      accountId: id,
      claims: async () => ({ sub: id, email: `${id}@example.net`, email_verified: true }),
    }),
    jwks: { keys: [{ ...key, use: 'sig', alg: 'ES256', kid: 'one' }] },
    cookies: { keys: ['of this test'] },
    pkce: { required: () => true },
  })
  server.on('request', provider.callback())
  issuer = ours()
})
afterAll(async () => {
  vi.restoreAllMocks()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

/** A browser at the issuer's pages: gives the name, agrees, and is sent back to us; gives the query that it comes with. */
const signInAs = async (login: string, from: string): Promise<string> => {
  const cookies = new Map<string, string>()
  const go = async (target: string, form?: Record<string, string>): Promise<string> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(new URL(target, url), {
      ...{ redirect: 'manual', headers: { cookie } },
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
    })
    for (const line of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split(/=(.*)/s)
      cookies.set(name, value)
    }
    return answer.headers.get('location') ?? Promise.reject(new Error(`no way on: ${await answer.text()}`))
  }
  let target = await go(from)
  for (const form of [{ prompt: 'login', login, password: 'any' }, { prompt: 'consent' }])
    target = await go(await go(target, form))
  expect(target).toMatch(new RegExp(`^${issuer.redirectUri}\\?`))
  return new URL(target).search
}

test('it takes our request, and we its answer, with the claims of its UserInfo', async () => {
  const query = await signInAs('anna', await issuer.authorizationUrl(EXCHANGE))
  expect(new URLSearchParams(query).get('iss')).toBe(url)
  expect(await issuer.redeem(query, EXCHANGE)).toMatchObject({
    subject: 'anna',
    claims: { iss: url, email: 'anna@example.net', email_verified: true },
  })
  await expect(issuer.redeem(query, EXCHANGE)).rejects.toThrow('belongs to another sign-in')
})

test('a code is of no use without the verifier that it was asked for with', async () => {
  const query = await signInAs('anna', await issuer.authorizationUrl(EXCHANGE))
  await expect(issuer.redeem(query, { ...EXCHANGE, verifier: 'w'.repeat(43) })).rejects.toThrow('another sign-in')
})

test('nor with another nonce, nor by a clock that is an hour off, nor with another secret', async () => {
  const fresh = async () => signInAs('anna', await issuer.authorizationUrl(EXCHANGE))
  await expect(issuer.redeem(await fresh(), { ...EXCHANGE, nonce: 'x' })).rejects.toThrow('"nonce"')
  await expect(ours({ late: 2 * HOUR }).redeem(await fresh(), EXCHANGE)).rejects.toThrow('"exp"')
  await expect(ours({ secret: 'another' }).redeem(await fresh(), EXCHANGE)).rejects.toMatchObject({
    code: 'issuer-wrong',
  })
})

test('it takes our way to sign out', async () => {
  const end = await issuer.endSessionUrl()
  expect((await fetch(end ?? '')).status).toBe(200)
  const elsewhere = new URL(end ?? '')
  elsewhere.searchParams.set('post_logout_redirect_uri', 'https://evil.example/')
  expect((await fetch(elsewhere)).status).toBe(400)
})

test('by plain http nothing is asked where nobody said so', async () => {
  const strict = createIdentityIssuer({
    ...{ issuer: url, clientId: CLIENT.id, clientSecret: CLIENT.secret, publicUrl: CONSOLE },
    ...{ scope: 'openid', neededClaims: [], clock: { now: () => new Date() } },
  })
  await expect(strict.authorizationUrl(EXCHANGE)).rejects.toMatchObject({ code: 'issuer-wrong', temporary: false })
})
