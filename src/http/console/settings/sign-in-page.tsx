import type { IssuerPolicy } from '../../../core/issuer-claims.js'
import type { IdentityIssuer } from '../../../ports.js'
import type { HttpSettings } from '../../settings.js'
import { Facts } from '../frame/parts.js'
import { SettingsHead } from './settings-parts.js'

export type SignInSettingsProps = {
  /** Null where nobody but ourselves signs people in. `problem`: why it cannot be used now; null where it can. */
  issuer: { identity: IdentityIssuer; policy: IssuerPolicy; problem: string | null } | null
  secondFactor: NonNullable<HttpSettings['secondFactor']>
}

export const SignInSettingsPage = ({ issuer, secondFactor }: SignInSettingsProps) => (
  <>
    <SettingsHead title="Sign-in" current="/settings/sign-in" />
    <section class="card" aria-labelledby="here">
      <h2 id="here">Here</h2>
      <Facts
        facts={[
          ['Passwords', issuer?.policy.only === true ? 'switched off (SEALPOST_OIDC_ONLY)' : 'taken'],
          ['Roles that need a second factor', secondFactor.length === 0 ? 'none' : secondFactor.join(', ')],
        ]}
      />
      <p class="meta">These are settings of the process; they change with its environment and a new start.</p>
    </section>
    <section class="card" aria-labelledby="issuer">
      <h2 id="issuer">Issuer of OpenID Connect</h2>
      {issuer === null ? (
        <p>
          None: SEALPOST_OIDC_ISSUER is not set. With one, users sign in where they do for their other work, and are let
          out of the console where they leave there.
        </p>
      ) : (
        <Issuer {...issuer} />
      )}
    </section>
  </>
)

const Issuer = ({ identity, policy, problem }: NonNullable<SignInSettingsProps['issuer']>) => (
  <>
    <p class={`note ${problem === null ? 'good' : 'bad'}`} role={problem === null ? undefined : 'alert'}>
      {problem ?? 'It answers, and says of itself what is needed.'}
    </p>
    <Facts
      facts={[
        ['Issuer', identity.issuer],
        ['Client id', identity.clientId],
        ['Redirect URI, to be registered there', <code>{identity.redirectUri}</code>],
        ['After signing out there', <code>{identity.signedOutUri}</code>],
        ['Claim that names a user', policy.userClaim],
        ['Roles', <Roles roles={policy.roles} />],
        ['Who is no user yet', policy.creates ? 'becomes one, with that role' : 'is not let in'],
        ['Second factor', SECOND_FACTOR[policy.secondFactor]],
      ]}
    />
  </>
)

const SECOND_FACTOR: Record<IssuerPolicy['secondFactor'], string> = {
  ours: 'asked for here, whatever the issuer asks for',
  issuer: 'that of the issuer counts where it says that it asked for one (amr mfa)',
}

const Roles = ({ roles }: Pick<IssuerPolicy, 'roles'>) =>
  roles === null ? (
    <>given here</>
  ) : (
    <ul>
      {roles.grants.map(({ role, value }) => (
        <li>
          {role}: {value} in {roles.claim}
        </li>
      ))}
    </ul>
  )
