import type { Context, Hono } from 'hono'
import { Fault, messageOf, Refusal } from '../../../core/errors.js'
import { type IssuerPolicy, isMultiFactor } from '../../../core/issuer-claims.js'
import type { IdentityIssuer } from '../../../ports.js'
import { clientNetwork } from '../../client-address.js'
import { userOfIssuer } from '../../issuer-users.js'
import { createThrottle } from '../../throttle.js'
import { sentence } from '../frame/area.js'
import { renderPage } from '../frame/layout.js'
import { localTarget } from '../frame/local-target.js'
import { MessagePage } from '../frame/message-page.js'
import { createIssuerAttempts, type IssuerAttempts } from './issuer-attempts.js'
import { IssuerProblemPage, SignedOutPage } from './sign-in.js'
import { enter, type SignIn, sayWait, TOO_MANY } from './sign-in-guard.js'
import { WINDOW_MS } from './sign-in-limits.js'

const PATH = '/login/oidc'
const END_PATH = `${PATH}/end`
export const SIGNED_OUT_PATH = `${PATH}/out`

/** Of one client: each is a row, and a question to the issuer. A whole office may come from one address. */
const PER_CLIENT = 100

/** What people know an issuer by. */
export const hostOf = ({ issuer }: Pick<IdentityIssuer, 'issuer'>): string => new URL(issuer).host

type Issuing = SignIn & { identity: IdentityIssuer; policy: IssuerPolicy; attempts: IssuerAttempts }

/** Signing in at an issuer of OpenID Connect, and out there. All are GET: browsers are sent here from the issuer. */
export const addIssuerSignIn = (app: Hono, signIn: SignIn): void => {
  const { deps, settings, sessions, addressOf, identity } = signIn
  const policy = settings.oidc ?? null
  const secure = settings.publicUrl?.startsWith('https:') === true
  const attempts = createIssuerAttempts({ store: deps.store, clock: deps.clock, secure })
  const issuing = identity === null || policy === null ? null : { ...signIn, identity, policy, attempts }
  const begins = createThrottle({ clock: deps.clock, tries: PER_CLIENT, windowMs: WINDOW_MS })
  const route = (path: string, answer: (c: Context, issuing: Issuing) => Promise<Response>) =>
    app.get(path, (c) => (issuing === null ? nobodySignsIn(c) : answer(c, issuing)))

  route(PATH, async (c, given) => {
    const next = localTarget(c.req.query('next'))
    if ((await sessions.userOf(c)) !== null) return c.redirect(next, 303)
    if (begins.take(clientNetwork(addressOf(c)))) return begin(c, given, next)
    sayWait(c)
    return problemPage(c, { text: TOO_MANY, next, status: 429 })
  })
  route(`${PATH}/callback`, comeBack)
  route(SIGNED_OUT_PATH, async (c, given) =>
    renderPage(
      c,
      { title: 'Signed out', viewer: null, narrow: true },
      <SignedOutPage issuer={hostOf(given.identity)} endPath={END_PATH} />,
    ),
  )
  route(END_PATH, (c, given) =>
    orProblem(c, given, '/', async () => c.redirect((await given.identity.endSessionUrl()) ?? '/login', 303)),
  )
}

const begin = (c: Context, given: Issuing, next: string): Promise<Response> =>
  orProblem(c, given, next, async () => {
    const { secret, exchange } = given.attempts.create()
    const url = await given.identity.authorizationUrl(exchange)
    await given.attempts.keep(c, secret, next)
    return c.redirect(url, 303)
  })

const comeBack = async (c: Context, given: Issuing): Promise<Response> => {
  const { deps, attempts, addressOf } = given
  const attempt = await attempts.take(c, c.req.query('state') ?? '')
  if ('problem' in attempt) {
    deps.log.warn({ address: addressOf(c), problem: attempt.problem }, FAILED)
    return problemPage(c, { text: NOT_BEGUN, next: '/', status: 403 })
  }
  return orProblem(c, given, attempt.next, async () => {
    const { identity, policy } = given
    const { subject, claims } = await identity.redeem(new URL(c.req.url).search, attempt.exchange)
    const user = await userOfIssuer(deps, { issuer: identity.issuer, subject, claims }, policy)
    const vouched = policy.secondFactor === 'issuer' && isMultiFactor(claims)
    const next = localTarget(attempt.next)
    const entered = await enter(c, given, { user, via: vouched ? 'issuer-mfa' : 'issuer', next })
    return entered ?? problemPage(c, { text: CHANGED, next, status: 403 })
  })
}

const FAILED = 'a sign-in at the issuer failed'

const CHANGED = 'Your user was changed while you signed in. Begin again.'
const NOT_BEGUN =
  'This sign-in was not begun in this browser, was used, or took more than ten minutes. Begin again; your browser has to keep the cookies of this console.'

/** Says what went wrong where it did, and logs it. What the log alone should have is told to nobody. */
const orProblem = async (
  c: Context,
  { deps, identity, settings, addressOf }: Issuing,
  next: string,
  work: () => Promise<Response>,
): Promise<Response> => {
  try {
    return await work()
  } catch (error) {
    const isOurs = error instanceof Fault && !error.code.startsWith('issuer-')
    if (isOurs || !(error instanceof Refusal || error instanceof Fault)) throw error
    deps.log.warn({ address: addressOf(c), reason: messageOf(error), detail: describedBy(error.cause) }, FAILED)
    const passwords = settings.oidc?.only === true ? '' : ', or sign in by password'
    if (error instanceof Refusal) return problemPage(c, { text: sentence(error.message), next, status: 403 })
    const text = error.temporary
      ? `${hostOf(identity)} does not answer as it should for now. Try again in a minute${passwords}.`
      : `Signing in at ${hostOf(identity)} is not set up as it has to be. Tell an administrator, who finds the reason in the log of the gateway and at Settings, Sign-in${passwords === '' ? '' : '; until then sign in by password'}.`
    return problemPage(c, { text, next, status: 503 })
  }
}

/** The issuer's own words (RFC 6749, 4.1.2.1). Anybody can write an address with such, so no page repeats them. */
const describedBy = (cause: unknown): string | null => {
  const words: unknown = cause instanceof Error ? Reflect.get(cause, 'error_description') : null
  return typeof words === 'string' ? words.slice(0, LONGEST_DETAIL) : null
}
const LONGEST_DETAIL = 500

const problemPage = (c: Context, { text, next, status }: { text: string; next: string; status: 403 | 429 | 503 }) =>
  renderPage(
    c,
    { title: 'You are not signed in', viewer: null, narrow: true, status },
    <IssuerProblemPage text={text} next={next} />,
  )

const nobodySignsIn = (c: Context): Promise<Response> =>
  renderPage(
    c,
    { title: 'Not found', viewer: null, narrow: true, status: 404 },
    <MessagePage
      title="Not found"
      text="Nobody but this console signs its users in: SEALPOST_OIDC_ISSUER is not set."
    />,
  )
