import type { Context } from 'hono'
import { Refusal } from '../../../core/errors.js'
import type { Rehearsal } from '../../../core/rehearsal.js'
import { rehearseRotation } from '../../../flows/rehearse-rotation.js'
import { actorOf } from '../frame/access.js'
import type { Area, Page } from '../frame/area.js'
import { RehearsalPage } from './rehearsal-page.js'

const PATH = '/connections/:id/rehearsal'

/** A change of keys, played. Whoever loads the page of an answer again by its address begins anew. */
export const addRehearsalPages = (area: Area): void => {
  const { deps, page, action } = area
  page(PATH, (c) => rehearsalPage(area, c, null), 'keys')
  action({ path: PATH, permission: 'keys' }, async (_, c, user) => {
    const rehearsal = await rehearseRotation(deps, { id: c.req.param('id') ?? '', actor: actorOf(user) })
    return { ...(await rehearsalPage(area, c, rehearsal)), status: 200 }
  })
}

const rehearsalPage = async ({ deps, words }: Area, c: Context, rehearsal: Rehearsal | null): Promise<Page> => {
  const connection = await deps.store.connections.get(c.req.param('id') ?? '')
  if (connection?.channel !== 'mail') throw new Refusal('not-found', 'There is no such connection with keys.')
  const { id, title } = connection
  return {
    title: 'Rehearse a change of keys',
    crumbs: [
      { href: '/connections', label: 'Connections' },
      { href: `/connections/${encodeURIComponent(id)}`, label: title },
    ],
    content: <RehearsalPage {...{ connection, rehearsal, words }} />,
  }
}
