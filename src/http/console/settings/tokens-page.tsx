import type { ApiToken } from '../../../ports.js'
import { Button, Check, Choose, Confirm, Field, Wrongs } from '../frame/form-parts.js'
import { Empty, Time } from '../frame/parts.js'
import type { TimeWords } from '../frame/words.js'
import type { Wrong } from '../keys/key-forms.js'
import { SettingsHead } from './settings-parts.js'

export type TokenFields = { name: string; scope: string; account: string; personal: boolean }
export type TokensPageProps = { tokens: readonly ApiToken[]; fields: TokenFields; wrong: Wrong; words: TimeWords }

export const TokensPage = ({ tokens, fields, wrong, words }: TokensPageProps) => (
  <>
    <SettingsHead title="Tokens" current="/settings/tokens" />
    {wrong === null ? null : <Wrongs {...wrong} />}
    <section class="card" aria-label="List">
      {tokens.length === 0 ? (
        <Empty>None yet: billing systems call the API with a token of their own.</Empty>
      ) : (
        <TokenTable tokens={tokens} words={words} />
      )}
    </section>
    <section class="card" aria-labelledby="add">
      <h2 id="add">Make a token</h2>
      <form method="post" action="/settings/tokens/add">
        <Field
          name="name"
          label="Name"
          hint="Whose it is: it stands in the action log."
          value={fields.name}
          required
          maxlength={64}
        />
        <Choose name="scope" label="May" options={SCOPES} value={fields.scope} />
        <Field
          name="account"
          label="Account"
          hint="Only orders of this account. Empty: of all."
          value={fields.account}
          maxlength={100}
        />
        <Check
          name="personal"
          label="It stands for me: orders can be approved with it in my name, so nobody else may have it."
          checked={fields.personal}
        />
        <Button kind="main">Make the token</Button>
      </form>
    </section>
  </>
)

const SCOPES = [
  { value: 'billing', label: 'billing: place and follow orders' },
  { value: 'admin', label: 'admin: everything that the API does' },
]

const TokenTable = ({ tokens, words }: Pick<TokensPageProps, 'tokens' | 'words'>) => (
  <div class="scroll">
    <table class="stack">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Scope</th>
          <th scope="col">Account</th>
          <th scope="col">Stands for</th>
          <th scope="col">Made</th>
          <th scope="col">Last used</th>
          <th scope="col">Take away</th>
        </tr>
      </thead>
      <tbody>
        {tokens.map(({ name, scope, accountId, ownerName, personal, createdAt, usedAt }) => (
          <tr>
            <th scope="row">{name}</th>
            <td data-label="Scope">{scope}</td>
            <td data-label="Account">{accountId ?? <span class="soft">all</span>}</td>
            <td data-label="Stands for">{personal ? ownerName : <span class="soft">nobody</span>}</td>
            <td data-label="Made">
              <Time at={createdAt.toISOString()} words={words} />
              {ownerName === null ? null : ` by ${ownerName}`}
            </td>
            <td data-label="Last used">
              {usedAt === null ? <span class="soft">never</span> : <Time at={usedAt.toISOString()} words={words} />}
            </td>
            <td>
              <Confirm action="/settings/tokens/revoke" label="Revoke" danger>
                <input type="hidden" name="name" value={name} />
                <p>Calls with {name} are refused from then on.</p>
              </Confirm>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
