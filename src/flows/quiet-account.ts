import type { Deps } from './deps.js'

/** Whether the mails of an account are on; the same again changes and tells nothing. */
export const quietAccount = (
  deps: Deps,
  { account, mail, actor }: { account: string; mail: boolean; actor: string },
): Promise<void> =>
  deps.store.transaction(async ({ quietAccounts, actions }) => {
    const at = deps.clock.now()
    const changed = mail ? await quietAccounts.remove(account) : await quietAccounts.add(account, at)
    if (!changed) return
    const text = `the mails to the account ${account} are switched ${mail ? 'on' : 'off'}`
    await actions.append([{ at, level: 'info', actor, event: 'account.mails', text, data: { account, mail } }])
  })
