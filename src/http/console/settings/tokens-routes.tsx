import { revokeToken } from '../../../flows/revoke-token.js'
import { createToken } from '../../accounts.js'
import { check } from '../../endpoint.js'
import { tokenBody } from '../../schemas/accounts.js'
import { actorOf } from '../frame/access.js'
import type { Area, Page } from '../frame/area.js'
import { orAgain } from '../keys/key-routes.js'
import { SETTINGS_CRUMBS, ShownOnce } from './settings-parts.js'
import { type TokenFields, TokensPage } from './tokens-page.js'

const PATH = '/settings/tokens'
const NOTHING_TYPED: TokenFields = { name: '', scope: 'billing', account: '', personal: false }

/** Tokens of the API: made, shown once, revoked. */
export const addTokenPages = ({ deps, words, page, action }: Area): void => {
  const tokensPage = async (fields: TokenFields) => {
    const tokens = await deps.store.tokens.list()
    return (wrong: Parameters<typeof TokensPage>[0]['wrong']): Page => ({
      title: 'Tokens',
      content: <TokensPage {...{ tokens, fields, wrong, words }} />,
    })
  }
  page(PATH, async () => (await tokensPage(NOTHING_TYPED))(null), 'tokens')
  action({ path: `${PATH}/add`, permission: 'tokens' }, async (form, _, user) => {
    const fields = {
      ...{ name: form.text('name').trim(), scope: form.text('scope'), account: form.text('account').trim() },
      personal: form.text('personal') === 'yes',
    }
    return orAgain(await tokensPage(fields), async () => {
      const { name, scope, account } = fields
      const body = check(tokenBody, { name, scope, ...(account === '' ? {} : { account }) })
      const input = {
        ...{ name: body.name, scope: body.scope, accountId: body.account ?? null },
        personal: fields.personal,
      }
      const by = { actor: actorOf(user), person: { id: user.id, name: user.name } }
      return madePage(name, (await createToken(deps, input, by)).token)
    })
  })
  action({ path: `${PATH}/revoke`, permission: 'tokens', back: () => PATH }, async (form, _, user) => {
    const { name } = await revokeToken(deps, { name: form.text('name'), actor: actorOf(user) })
    return { to: PATH, text: `The token ${name} was revoked.` }
  })
}

const madePage = (name: string, token: string): Page => ({
  ...{ title: 'A token', crumbs: SETTINGS_CRUMBS, status: 200 },
  content: (
    <ShownOnce
      title={`The token ${name}`}
      text="Put it where the program that calls keeps its secrets; it is sent as Authorization: Bearer TOKEN."
      secret={token}
      back={PATH}
    />
  ),
})
