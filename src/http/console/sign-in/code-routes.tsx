import type { Context, Hono } from 'hono'
import { takeSecondFactor } from '../../../flows/second-factor.js'
import { readForm } from '../frame/form.js'
import { renderPage } from '../frame/layout.js'
import { localTarget } from '../frame/local-target.js'
import { CodePage } from './sign-in.js'
import { type SignIn, sayWait, TOO_MANY } from './sign-in-guard.js'

/** The second step of signing in, for who has a second factor. */
export const addCodePages = (app: Hono, { deps, sessions, limits, codes, addressOf }: SignIn): void => {
  app.get('/login/code', async (c) =>
    (await sessions.awaiting(c)) === null ? c.redirect('/login', 303) : codePage(c, null),
  )
  app.post('/login/code', async (c) => {
    const awaiting = await sessions.awaiting(c)
    if (awaiting === null) return c.redirect('/login', 303)
    const { user, via } = awaiting
    const attempt = { name: user.name, address: addressOf(c) }
    if (!limits.take(attempt) || !codes.take(user.id)) return codePage(c, TOO_MANY, 429)
    if (!(await takeSecondFactor(deps, user, (await readForm(c)).text('code')))) {
      deps.log.warn({ ...attempt }, 'a code of a second factor was wrong after a right first step')
      return codePage(
        c,
        'The code is wrong, or was used. Wait for the next one, and look at the clock of your device.',
        401,
      )
    }
    if (!(await sessions.start(c, user, via))) return c.redirect('/login', 303)
    limits.forget(attempt)
    codes.forget(user.id)
    return c.redirect(localTarget(c.req.query('next')), 303)
  })
}

const codePage = (c: Context, problem: string | null, status: 200 | 401 | 429 = 200) => {
  if (status === 429) sayWait(c)
  return renderPage(
    c,
    { title: 'Second factor', viewer: null, narrow: true, status },
    <CodePage problem={problem} next={localTarget(c.req.query('next'))} />,
  )
}
