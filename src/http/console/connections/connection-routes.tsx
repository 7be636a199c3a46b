import type { Context } from 'hono'
import { allowListOf } from '../../../core/allow-list.js'
import { readChecklist } from '../../../flows/checklist.js'
import { readAttention } from '../../../flows/read-attention.js'
import type { User } from '../../../ports.js'
import { may } from '../frame/access.js'
import type { Area, Page } from '../frame/area.js'
import { addConnectionActions } from './connection-actions.js'
import { addConnectionChanges } from './connection-changes.js'
import { ConnectionPage } from './connection-page.js'
import { ConnectionsPage } from './connections-page.js'
import { addNewConnection } from './new-connection-routes.js'
import { findConnection, readConnectionRows, replyTimesOf } from './read-connections.js'

/** The list of connections, each of them, and what can be done with it. */
export const addConnectionPages = (area: Area): void => {
  area.page('/connections', (_, user) => connectionsPage(area, user))
  addNewConnection(area)
  area.page('/connections/:id', (c, user) => connectionPage(area, c, user))
  addConnectionChanges(area)
  addConnectionActions(area)
}

const connectionsPage = async ({ deps, words }: Area, user: User): Promise<Page> => {
  const rows = await readConnectionRows(deps)
  const mayChange = may(user, 'connections')
  return { title: 'Connections', content: <ConnectionsPage {...{ rows, mayChange, words }} profiles={deps.profiles} /> }
}

const connectionPage = async ({ deps, words }: Area, c: Context, user: User): Promise<Page> => {
  const { store } = deps
  const connection = await findConnection(store, c.req.param('id') ?? '')
  const attention = (await readAttention(deps)).filter((one) => one.connection === connection.id)
  const [checklist, use] = [await readChecklist(deps, store, connection), await store.connections.inUse(connection.id)]
  const times = await replyTimesOf(store, connection.id)
  const profile = deps.profiles.get(connection.profile)?.title ?? connection.profile
  const allowList = allowListOf(connection, deps.hostname)
  const [mayChange, mayOrder] = [may(user, 'connections'), may(user, 'orders')]
  const maySeeRules = may(user, 'rules') && connection.channel === 'mail'
  return {
    title: connection.title,
    crumbs: [{ href: '/connections', label: 'Connections' }],
    content: (
      <ConnectionPage
        {...{
          connection,
          profile,
          allowList,
          attention,
          checklist,
          use,
          times,
          mayChange,
          mayOrder,
          maySeeRules,
          words,
        }}
      />
    ),
  }
}
