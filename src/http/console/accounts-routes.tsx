import { AccountsPage } from './accounts-page.js'
import type { Area } from './area.js'

const PER_PAGE = 100

/** Whom orders are placed for. */
export const addAccountsPage = ({ deps, words, page }: Area): void =>
  page(
    '/settings/accounts',
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
