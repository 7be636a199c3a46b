import type { ServerConnection } from '../core/connection.js'
import type { Domain } from '../core/domain.js'
import { describeProblems, Fault, messageOf } from '../core/errors.js'
import type { OrderTerms } from '../core/order.js'
import { type Endpoint, urlOf } from '../core/server-call.js'
import type { ServerCall } from '../ports.js'
import type { Question, ServerProfile } from '../profiles/profile.js'
import { type Deps, serverProfileOf } from './deps.js'
import { draftRequest } from './draft-request.js'

/** Nothing of it passes by itself: an operator has to mend something first. */
const HOLD = { temporary: false }

export type WriteCall = { terms: OrderTerms; domain: Domain | null; connection: ServerConnection; reference: string }

/** `call` is ready to be posted; its headers hold the proof and are never kept. */
export type WrittenCall = { envelope: ServerEnvelope; raw: Buffer; call: ServerCall; signedAt: Date; signedAs: string }

/** Of octets that go to a server, or came from it. */
export type ServerEnvelope = { from: string; to: string[]; over: 'https' }

/**
 * The call of a request: encoded by the profile, worded by its template, read back. Throws `Fault`, never temporary in itself,
 * where an operator must mend something first: a template, the account, the secret.
 */
export const writeCall = (deps: Deps, { connection, ...order }: WriteCall): WrittenCall => {
  const at = deps.clock.now()
  const { body } = draftRequest(deps, profileOf(deps, connection), { ...order, connection, at })
  const raw = Buffer.from(body)
  const call = callOf(deps, connection, raw)
  return { envelope: toServer(call.endpoint), raw, call, signedAt: at, signedAs: signedAsOf(deps, connection) }
}

/** The call of a question beside orders. Throws as `writeCall`. */
export const writeQuestion = (deps: Deps, connection: ServerConnection, { template, values }: Question): ServerCall => {
  const draft = deps.templates.render(connection.profile, template, values)
  if (!draft.ok) throw new Fault('template-failed', describeProblems(draft.problems), HOLD)
  return callOf(deps, connection, Buffer.from(draft.value.body))
}

/** Octets as a call of the server, proved by the secret of now. Throws as `writeCall`. */
export const callOf = (deps: Deps, connection: ServerConnection, body: Buffer): ServerCall => {
  const profile = profileOf(deps, connection)
  const { account, mode } = connection
  const endpoint = endpointOf(profile, connection)
  const secret = secretOf(deps, profile.secretName(account, mode))
  return { endpoint, headers: profile.headers({ account, secret, body }), body }
}

/** By whom and for which server it is written: it is sent again as it is only while that is the same. */
export const signedAsOf = (deps: Deps, connection: ServerConnection): string =>
  `${urlOf(endpointOf(profileOf(deps, connection), connection))} ${JSON.stringify(connection.account)}`

export const toServer = (endpoint: Endpoint): ServerEnvelope => ({ from: '', to: [urlOf(endpoint)], over: 'https' })

/** What is in test mode never reaches the live server, whatever its account says. */
const endpointOf = (profile: ServerProfile, { account, mode }: ServerConnection): Endpoint => {
  const endpoint = profile.endpoint(account, mode)
  const live = profile.endpoint(account, 'live')
  if (mode === 'test' && endpoint.host.toLowerCase() === live.host.toLowerCase() && endpoint.port === live.port)
    throw new Fault(
      'test-is-live',
      `account: the test server is the live one, ${urlOf(live)}; give that of the test system`,
      HOLD,
    )
  return endpoint
}

/** What proves who calls. Throws `Fault` where it is not there, or its file cannot be read. */
const secretOf = ({ env }: Pick<Deps, 'env'>, name: string): string => {
  const secret = Object.hasOwn(env, name) ? (env[name] ?? '') : ''
  if (secret !== '') return secret
  throw new Fault('no-secret', `no key is in the environment as ${name}, or in a file as ${name}_FILE`, HOLD)
}

const profileOf = (deps: Deps, connection: ServerConnection): ServerProfile => {
  const profile = serverProfileOf(deps, connection)
  if (profile === null) throw new Fault('profile-missing', `the profile ${connection.profile} is not there`, HOLD)
  return profile
}

/** The variable with the secret of a connection, or why it is not to be had. */
export const examineSecret = (deps: Deps, connection: ServerConnection): { secret: string } | { fault: string } => {
  try {
    const name = profileOf(deps, connection).secretName(connection.account, connection.mode)
    secretOf(deps, name)
    return { secret: name }
  } catch (error) {
    return { fault: messageOf(error) }
  }
}
