import type { User } from '../../../ports.js'
import type { Role } from '../frame/access.js'
import { Button, Choose, Confirm, Field, Wrongs } from '../frame/form-parts.js'
import { Time } from '../frame/parts.js'
import type { TimeWords } from '../frame/words.js'
import type { Wrong } from '../keys/key-forms.js'
import { SettingsHead } from './settings-parts.js'

export type UsersPageProps = {
  users: readonly User[]
  /** How many sessions are open, by the id of the user. */
  sessions: ReadonlyMap<string, number>
  fields: { name: string; role: string }
  wrong: Wrong
  words: TimeWords
}

export const UsersPage = ({ users, sessions, fields, wrong, words }: UsersPageProps) => (
  <>
    <SettingsHead title="Users" current="/settings/users" />
    {wrong === null ? null : <Wrongs {...wrong} />}
    {users.map((user) => (
      <UserCard user={user} open={sessions.get(user.id) ?? 0} words={words} />
    ))}
    <section class="card" aria-labelledby="add">
      <h2 id="add">Add a user</h2>
      <form method="post" action="/settings/users/add">
        <Field
          name="name"
          label="Name"
          hint="1 to 64 letters, digits, or any of . _ @ + -"
          value={fields.name}
          required
          maxlength={64}
        />
        <Choose name="role" label="Role" options={ROLES} value={fields.role} />
        <p class="hint">You get a link, with which they set their own password, or sign in where there are none.</p>
        <Button kind="main">Add</Button>
      </form>
    </section>
  </>
)

const WORDS: Record<Role, string> = {
  viewer: 'viewer: reads',
  operator: 'operator: also acts on orders, mails and tickets',
  admin: 'admin: everything',
}

const ROLES = Object.entries(WORDS).map(([value, label]) => ({ value, label }))

const UserCard = ({ user, open, words }: { user: User; open: number; words: TimeWords }) => (
  <section class="card" aria-labelledby={`user-${user.id}`}>
    <h2 id={`user-${user.id}`}>
      {user.name} <span class={`badge ${user.role === 'admin' ? 'busy' : 'idle'}`}>{user.role}</span>
      {user.disabledAt === null ? null : (
        <>
          {' '}
          <span class="badge bad">may not sign in</span>
        </>
      )}
    </h2>
    <p class="meta">
      Added <Time at={user.createdAt.toISOString()} words={words} /> ·{' '}
      {user.totpSince === null ? 'no second factor' : `second factor, ${user.recovery.length} recovery codes left`} ·
      {user.oidcIssuer === null ? '' : `signs in at ${user.oidcIssuer} · `}open sessions: {open}
      {user.disabledAt === null ? null : (
        <>
          {' '}
          · disabled <Time at={user.disabledAt.toISOString()} words={words} />
        </>
      )}
    </p>
    <div class="buttons">
      <UserActs user={user} open={open} />
    </div>
  </section>
)

const UserActs = ({
  user: { id, name, role, disabledAt, totpSecret, oidcIssuer },
  open,
}: {
  user: User
  open: number
}) => (
  <>
    <Confirm action="/settings/users/role" label="Change role">
      <input type="hidden" name="name" value={name} />
      <RoleChoice id={id} role={role} />
      <p>What {name} has open ends.</p>
    </Confirm>
    {disabledAt === null ? (
      <Confirm action="/settings/users/link" label="Password link">
        <input type="hidden" name="name" value={name} />
        <p>
          You get a link with which {name} sets a new password, or signs in where passwords are switched off: once,
          within a day. One that was made before works no more.
        </p>
      </Confirm>
    ) : null}
    {open === 0 ? null : (
      <Confirm action="/settings/users/sign-out" label="Sign out">
        <input type="hidden" name="name" value={name} />
        <p>What {name} has open ends everywhere.</p>
      </Confirm>
    )}
    {oidcIssuer === null ? null : (
      <Confirm action="/settings/users/identity" label="Forget identity" danger>
        <input type="hidden" name="name" value={name} />
        <p>
          Whoever {oidcIssuer} names {name} next is {name} here: be sure that it is the same person. What {name} has
          open ends.
        </p>
      </Confirm>
    )}
    {totpSecret === null ? null : (
      <Confirm action="/settings/users/second-factor" label="Remove second factor" danger>
        <input type="hidden" name="name" value={name} />
        <p>
          For who has lost their device and the recovery codes: be sure that it is {name} who asks. No code is asked for
          then.
        </p>
      </Confirm>
    )}
    {disabledAt === null ? (
      <Confirm action="/settings/users/disable" label="Disable" danger>
        <input type="hidden" name="name" value={name} />
        <p>{name} may not sign in any more, and what they have open ends. What they did stays in the log.</p>
      </Confirm>
    ) : (
      <Confirm action="/settings/users/enable" label="Let sign in again">
        <input type="hidden" name="name" value={name} />
        <p>
          {name} may sign in as {role} again.
        </p>
      </Confirm>
    )}
  </>
)

const RoleChoice = ({ id, role }: { id: string; role: Role }) => (
  <div class="field">
    <label for={`role-${id}`}>Role</label>
    <select id={`role-${id}`} name="role">
      {ROLES.map(({ value, label }) => (
        <option value={value} selected={value === role}>
          {label}
        </option>
      ))}
    </select>
  </div>
)
