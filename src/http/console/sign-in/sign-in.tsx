import { LONGEST_PASSWORD, SHORTEST_PASSWORD } from '../../accounts.js'
import { withNext } from './sign-in-guard.js'

export type SignInProps = {
  problem: string | null
  noUsers: boolean
  name: string
  next: string
  /** Host of who else signs people in; null where there is nobody. */
  issuer: string | null
  passwords: boolean
}

export const SignInPage = ({ problem, noUsers, name, next, issuer, passwords }: SignInProps) => (
  <>
    <h1>Sign in</h1>
    <Problem problem={problem} />
    {/* A link: a form that is sent on to another site is not sent (Content-Security-Policy, form-action). */}
    {issuer === null ? null : (
      <p>
        <a class="button main" href={withNext('/login/oidc', next)}>
          Sign in at {issuer}
        </a>
      </p>
    )}
    {noUsers ? (
      <p>
        There is no user yet. Open the one-time link that the gateway printed when it started, or run{' '}
        <code>sealpost user create</code>.
      </p>
    ) : passwords ? (
      <form class="card" method="post" action={withNext('/login', next)}>
        <NameField name={name} />
        <div class="field">
          <label for="password">Password</label>
          <input id="password" name="password" type="password" autocomplete="current-password" required />
        </div>
        <button class="main" type="submit">
          Sign in
        </button>
      </form>
    ) : null}
  </>
)

/** What became of a sign-in at an issuer that did not work, and where to go on. */
export const IssuerProblemPage = ({ text, next }: { text: string; next: string }) => (
  <>
    <h1>You are not signed in</h1>
    <Problem problem={text} />
    <p>
      <a class="button main" href={withNext('/login', next)}>
        Begin again
      </a>
    </p>
  </>
)

/** After signing out: the issuer knows nothing of it, and lets in without asking as long as its own session lasts. */
export const SignedOutPage = ({ issuer, endPath }: { issuer: string; endPath: string }) => (
  <>
    <h1>You are signed out</h1>
    <p>
      At {issuer} you may be signed in still: whoever has this browser gets into the console again without being asked.
      On a computer that others use, sign out there too.
    </p>
    <p class="buttons">
      <a class="button main" href={endPath}>
        Sign out at {issuer}
      </a>
      <a class="button" href="/login">
        Sign in again
      </a>
    </p>
  </>
)

/** Where the link of an administrator leads while passwords are switched off. */
export const LinkPage = ({ token, name }: { token: string; name: string }) => (
  <>
    <h1>Sign in by a link</h1>
    <p>An administrator made this link for {name}. It works once.</p>
    <form class="card" method="post" action="/login/password">
      <input type="hidden" name="token" value={token} />
      <button class="main" type="submit">
        Sign in as {name}
      </button>
    </form>
  </>
)

export const FirstUserPage = ({ problem, token, name }: { problem: string | null; token: string; name: string }) => (
  <>
    <h1>The first user</h1>
    <Problem problem={problem} />
    <p>This user will be an administrator. The link works once.</p>
    <form class="card" method="post" action="/login/once">
      <input type="hidden" name="token" value={token} />
      <NameField name={name} />
      <NewPasswordField />
      <button class="main" type="submit">
        Create the user and sign in
      </button>
    </form>
  </>
)

/** The second step, for who has a second factor. */
export const CodePage = ({ problem, next }: { problem: string | null; next: string }) => (
  <>
    <h1>Second factor</h1>
    <Problem problem={problem} />
    <form class="card" method="post" action={withNext('/login/code', next)}>
      <div class="field">
        <label for="code">Code of your app, or one of your recovery codes</label>
        <input id="code" name="code" autocomplete="one-time-code" autocapitalize="none" maxlength={40} required />
      </div>
      <button class="main" type="submit">
        Sign in
      </button>
    </form>
    <p>
      <a href="/login">Begin again</a>
    </p>
  </>
)

/** Where the link of an administrator leads. */
export const NewPasswordPage = ({ problem, token, name }: { problem: string | null; token: string; name: string }) => (
  <>
    <h1>A new password</h1>
    <Problem problem={problem} />
    <p>The link works once. What you had open elsewhere ends.</p>
    <form class="card" method="post" action="/login/password">
      <input type="hidden" name="token" value={token} />
      <NameField name={name} fixed />
      <NewPasswordField />
      <button class="main" type="submit">
        Set the password
      </button>
    </form>
  </>
)

const Problem = ({ problem }: { problem: string | null }) =>
  problem === null ? null : (
    <p class="note bad" role="alert">
      {problem}
    </p>
  )

export const NewPasswordField = () => (
  <div class="field">
    <label for="password">Password (at least {SHORTEST_PASSWORD} characters)</label>
    <input
      id="password"
      name="password"
      type="password"
      autocomplete="new-password"
      minlength={SHORTEST_PASSWORD}
      maxlength={LONGEST_PASSWORD}
      required
    />
  </div>
)

const NameField = ({ name, fixed = false }: { name: string; fixed?: boolean }) => (
  <div class="field">
    <label for="name">Name</label>
    <input
      id="name"
      name="name"
      value={name}
      autocomplete="username"
      autocapitalize="none"
      maxlength={64}
      required
      readonly={fixed}
    />
  </div>
)
