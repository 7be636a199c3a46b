import { LONGEST_PASSWORD, SHORTEST_PASSWORD } from '../accounts.js'

export type SignInProps = { problem: string | null; noUsers: boolean; name: string; next: string }

export const SignInPage = ({ problem, noUsers, name, next }: SignInProps) => (
  <>
    <h1>Sign in</h1>
    {problem === null ? null : (
      <p class="note bad" role="alert">
        {problem}
      </p>
    )}
    {noUsers ? (
      <p>
        There is no user yet. Open the one-time link that the gateway printed when it started, or run{' '}
        <code>sealpost user create</code>.
      </p>
    ) : (
      <form class="card" method="post" action={next === '/' ? '/login' : `/login?${new URLSearchParams({ next })}`}>
        <NameField name={name} />
        <div class="field">
          <label for="password">Password</label>
          <input id="password" name="password" type="password" autocomplete="current-password" required />
        </div>
        <button class="main" type="submit">
          Sign in
        </button>
      </form>
    )}
  </>
)

export const FirstUserPage = ({ problem, token, name }: { problem: string | null; token: string; name: string }) => (
  <>
    <h1>The first user</h1>
    {problem === null ? null : (
      <p class="note bad" role="alert">
        {problem}
      </p>
    )}
    <p>This user will be an administrator. The link works once.</p>
    <form class="card" method="post" action="/login/once">
      <input type="hidden" name="token" value={token} />
      <NameField name={name} />
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
      <button class="main" type="submit">
        Create the user and sign in
      </button>
    </form>
  </>
)

const NameField = ({ name }: { name: string }) => (
  <div class="field">
    <label for="name">Name</label>
    <input id="name" name="name" value={name} autocomplete="username" autocapitalize="none" maxlength={64} required />
  </div>
)
