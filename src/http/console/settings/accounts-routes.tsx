import { Refusal } from '../../../core/errors.js'
import { quietAccount } from '../../../flows/quiet-account.js'
import { actorOf } from '../frame/access.js'
import type { Area } from '../frame/area.js'
import { AccountsPage } from './accounts-page.js'

const PATH = '/settings/accounts'
const PER_PAGE = 100

/** Whom orders are placed for. */
export const addAccountsPage = ({ deps, words, page, action }: Area): void => {
  page(
    PATH,
    async (c) => {
      const after = c.req.query('after') || null
      const found = await deps.store.orders.accounts({ after, limit: PER_PAGE + 1 })
      const accounts = found.slice(0, PER_PAGE)
      return {
        title: 'Accounts',
        content: <AccountsPage {...{ accounts, after, words }} more={found.length > PER_PAGE} />,
      }
    },
    'users',
  )
  action({ path: `${PATH}/mails`, permission: 'users', back: () => PATH }, async (form, _, user) => {
    const [account, mail] = [form.text('account'), form.text('mail') === 'on']
    const { items } = await deps.store.orders.list({ accountId: account }, { limit: 1, cursor: null })
    if (items.length === 0) throw new Refusal('not-found', `there is no order of an account ${account}`)
    await quietAccount(deps, { account, mail, actor: actorOf(user) })
    return { to: PATH, text: `Mails to the owner of ${account} are ${mail ? 'on' : 'off'}.` }
  })
}
