import type { User } from '../../../ports.js'
import { LONGEST_PASSWORD, SHORTEST_PASSWORD } from '../../accounts.js'
import { Button, Confirm, Press } from '../frame/form-parts.js'
import { Facts, Time } from '../frame/parts.js'
import { QrCode } from '../frame/qr-code.js'
import type { TimeWords } from '../frame/words.js'

export type AccountPageProps = {
  user: User
  sessions: number
  /** The role needs a second factor, and there is none. */
  owed: boolean
  /** Whether they signed in by password, which is asked for then before anything is changed. */
  byPassword: boolean
  problem: string | null
  words: TimeWords
}

export const AccountPage = ({ user, sessions, owed, byPassword, problem, words }: AccountPageProps) => (
  <>
    <h1>{user.name}</h1>
    {problem === null ? null : (
      <p class="note bad" role="alert">
        {problem}
      </p>
    )}
    {owed ? (
      <p class="note bad" role="alert">
        Your role needs a second factor here: set one up to go on.
      </p>
    ) : null}
    <div class="columns">
      <section class="card" aria-labelledby="factor">
        <h2 id="factor">Second factor</h2>
        <SecondFactor user={user} words={words} byPassword={byPassword} />
      </section>
      {byPassword ? <ChangePassword /> : null}
      <section class="card" aria-labelledby="sessions">
        <h2 id="sessions">Sessions</h2>
        <Facts
          facts={[
            ['Role', user.role],
            ['Open, with this one', String(sessions)],
          ]}
        />
        {sessions > 1 ? <Press action="/account/sessions" label="End the others" /> : null}
      </section>
    </div>
  </>
)

const ChangePassword = () => (
  <section class="card" aria-labelledby="change">
    <h2 id="change">Password</h2>
    <form method="post" action="/account/password">
      <OwnPassword id="current" name="current" label="Present password" />
      <div class="field">
        <label for="new">New password (at least {SHORTEST_PASSWORD} characters)</label>
        <input
          id="new"
          name="password"
          type="password"
          autocomplete="new-password"
          minlength={SHORTEST_PASSWORD}
          maxlength={LONGEST_PASSWORD}
          required
        />
      </div>
      <p class="meta">What you have open elsewhere ends.</p>
      <Button kind="main">Change the password</Button>
    </form>
  </section>
)

/** How somebody shows that it is they who use the session: by their password, or by having signed in just now. */
const Themselves = ({ byPassword }: { byPassword: boolean }) =>
  byPassword ? (
    <OwnPassword id="factor-password" name="current" label="Your password" />
  ) : (
    <p>You have no password here: this works in the first ten minutes after you have signed in.</p>
  )

const OwnPassword = ({ id, name, label }: { id: string; name: string; label: string }) => (
  <div class="field">
    <label for={id}>{label}</label>
    <input id={id} name={name} type="password" autocomplete="current-password" maxlength={LONGEST_PASSWORD} required />
  </div>
)

const SecondFactor = ({
  user: { totpSecret, totpSince, recovery },
  words,
  byPassword,
}: Pick<AccountPageProps, 'user' | 'words' | 'byPassword'>) =>
  totpSince === null ? (
    <>
      <p>
        Beside {byPassword ? 'the password' : 'the sign-in'} a code is asked for that an app on your phone makes (TOTP,
        RFC 6238). {totpSecret === null ? '' : 'One was begun and waits for its first code: '}
      </p>
      {totpSecret === null ? null : <CodeForm />}
      <Confirm action="/account/second-factor" label={totpSecret === null ? 'Set up' : 'Begin again'}>
        <Themselves byPassword={byPassword} />
      </Confirm>
    </>
  ) : (
    <>
      <p>
        In use since <Time at={totpSince.toISOString()} words={words} />. Recovery codes left: {recovery.length}.
      </p>
      <Confirm action="/account/second-factor/remove" label="Remove" danger>
        <p>No code is asked for then. Set it up again for a new device or for fresh recovery codes.</p>
        <Themselves byPassword={byPassword} />
      </Confirm>
    </>
  )

const CodeForm = () => (
  <form method="post" action="/account/second-factor/confirm">
    <div class="field">
      <label for="code">Code that the app shows now</label>
      <input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength={10} required />
    </div>
    <Button kind="main">Put into use</Button>
  </form>
)

/** The secret, this once; the first code of it puts it into use. */
export const SecretPage = ({ secret, uri }: { secret: string; uri: string }) => (
  <>
    <h1>Set up the second factor</h1>
    <section class="card" aria-label="Secret">
      <p>
        Scan this code with an app that makes codes, or give it the secret below by hand, or by the link on a device
        that has one. It is shown this once.
      </p>
      <QrCode text={uri} label="QR code that says the same as the link and the secret below" />
      <pre class="secret">{secret.replace(/.{4}(?=.)/g, '$& ')}</pre>
      <p>
        <a href={uri}>Open in an app on this device</a>
      </p>
      <CodeForm />
    </section>
  </>
)

export const RecoveryPage = ({ codes }: { codes: readonly string[] }) => (
  <>
    <h1>Recovery codes</h1>
    <section class="card" aria-label="Recovery codes">
      <p>
        The second factor is in use. Each of these codes stands for it once, should you lose your device: keep them
        apart from it. They are shown this once.
      </p>
      <pre class="secret">{codes.map((code) => code.replace(/.{4}(?=.)/g, '$&-')).join('\n')}</pre>
      <p>
        <a class="button main" href="/account">
          I have kept them
        </a>
      </p>
    </section>
  </>
)
