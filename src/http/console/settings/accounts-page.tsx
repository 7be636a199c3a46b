import type { AccountSummary } from '../../../ports.js'
import { Press } from '../frame/form-parts.js'
import { Empty, hrefOf, Time } from '../frame/parts.js'
import type { TimeWords } from '../frame/words.js'
import { SettingsHead } from './settings-parts.js'

export type AccountsPageProps = {
  accounts: readonly AccountSummary[]
  after: string | null
  more: boolean
  words: TimeWords
}

const PATH = '/settings/accounts'

export const AccountsPage = ({ accounts, after, more, words }: AccountsPageProps) => (
  <>
    <SettingsHead title="Accounts" current={PATH} />
    <section class="card" aria-label="List">
      {accounts.length === 0 ? (
        <Empty>None: accounts are those that billing systems place orders for.</Empty>
      ) : (
        <AccountTable accounts={accounts} words={words} />
      )}
      {after === null && !more ? null : (
        <nav class="pages" aria-label="Pages">
          {after === null ? null : <a href={PATH}>First accounts</a>}
          {more ? <a href={hrefOf(PATH, { after: accounts.at(-1)?.id ?? null })}>More accounts</a> : null}
        </nav>
      )}
    </section>
  </>
)

const AccountTable = ({ accounts, words }: Pick<AccountsPageProps, 'accounts' | 'words'>) => (
  <div class="scroll">
    <table class="stack">
      <thead>
        <tr>
          <th scope="col">Account</th>
          <th scope="col">Orders</th>
          <th scope="col">Open</th>
          <th scope="col">Last order</th>
          <th scope="col">Mails to its owner</th>
        </tr>
      </thead>
      <tbody>
        {accounts.map(({ id, orders, open, lastOrderAt, quietSince }) => (
          <tr>
            <th scope="row">{id}</th>
            <td data-label="Orders" class="number">
              {String(orders)}
            </td>
            <td data-label="Open" class="number">
              {String(open)}
            </td>
            <td data-label="Last order">
              <Time at={lastOrderAt.toISOString()} words={words} />
            </td>
            <td data-label="Mails to its owner">
              <Mails id={id} quietSince={quietSince} words={words} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

const Mails = ({ id, quietSince, words }: Pick<AccountSummary, 'id' | 'quietSince'> & { words: TimeWords }) => (
  <>
    {quietSince === null ? (
      'on'
    ) : (
      <>
        off since <Time at={quietSince.toISOString()} words={words} />
      </>
    )}
    <Press action={`${PATH}/mails`} label={quietSince === null ? 'Switch off' : 'Switch on'} kind="quiet">
      <input type="hidden" name="account" value={id} />
      <input type="hidden" name="mail" value={quietSince === null ? 'off' : 'on'} />
    </Press>
  </>
)
