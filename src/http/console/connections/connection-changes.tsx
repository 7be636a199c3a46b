import type { Context } from 'hono'
import type { Connection } from '../../../core/connection.js'
import { connectionText, patchTo } from '../../../core/connection-text.js'
import { type Problem, Refusal } from '../../../core/errors.js'
import { connectionView } from '../../../core/views.js'
import { changeConnection } from '../../../flows/change-connection.js'
import { hashSecret } from '../../auth.js'
import { actorOf } from '../frame/access.js'
import type { Area, Done, Page } from '../frame/area.js'
import { ConnectionEditPage, type ConnectionEditProps } from './connection-edit-page.js'
import { fieldsOf, patchOf, readFields } from './connection-fields.js'
import { pathOf } from './connection-page.js'
import { findConnection } from './read-connections.js'
import { readYaml, writeYaml } from './yaml.js'

const PATH = '/connections/:id'

/** The page on which a connection is changed, by its most used fields or as a whole. */
export const addConnectionChanges = (area: Area): void => {
  const { deps, page, action } = area
  const find = (c: Context) => findConnection(deps.store, c.req.param('id') ?? '')
  page(`${PATH}/edit`, async (c) => editPage(await find(c)), 'connections')
  action({ path: `${PATH}/edit`, permission: 'connections' }, async (form, c, user) => {
    const connection = await find(c)
    const fields = readFields(form)
    return tryChange(connection, { fields }, () =>
      change(area, { connection, seen: form.text('seen'), patch: patchOf(fields), actor: actorOf(user) }),
    )
  })
  action({ path: `${PATH}/file`, permission: 'connections' }, async (form, c, user) => {
    const connection = await find(c)
    const text = form.text('file')
    return tryChange(connection, { text }, () =>
      change(area, { connection, seen: form.text('seen'), patch: filePatch(connection, text), actor: actorOf(user) }),
    )
  })
}

type Change = { connection: Connection; seen: string; patch: Record<string, unknown>; actor: string }

const change = async ({ deps }: Area, { connection, seen, patch, actor }: Change): Promise<Done> => {
  if (seen !== stateOf(connection))
    throw new Refusal(
      'conflict',
      'Somebody changed the connection since this form was opened. What you wrote is below: open the page again in another window, and compare.',
    )
  const changed = await changeConnection(deps, connection.id, patch, actor)
  return { to: pathOf(changed), text: `${changed.title} was saved.` }
}

/** What makes of a connection what its file says. Throws `Refusal` invalid. */
const filePatch = (connection: Connection, text: string): Record<string, unknown> => {
  const file = readYaml(text)
  if (!file.ok) throw invalid(file.problems)
  const { id, createdAt, paused, channel, ...view } = connectionView(connection)
  return patchTo(view, file.value)
}

const invalid = (problems: readonly Problem[]): Refusal =>
  new Refusal('invalid', 'the file cannot be read', { problems })

/** The page again, with all that is wrong, where it is refused. */
const tryChange = async (
  connection: Connection,
  typed: Partial<Pick<ConnectionEditProps, 'fields' | 'text'>>,
  work: () => Promise<Done>,
): Promise<Done | Page> => {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const text = error.problems.length === 0 ? error.message : 'Nothing was saved. What is wrong:'
    return editPage(connection, { ...typed, wrong: { text, problems: error.problems } })
  }
}

const editPage = (connection: Connection, more: Partial<ConnectionEditProps> = {}): Page => ({
  title: `Change ${connection.title}`,
  crumbs: [
    { href: '/connections', label: 'Connections' },
    { href: pathOf(connection), label: connection.title },
  ],
  content: (
    <ConnectionEditPage
      {...{ connection, fields: fieldsOf(connection), text: writeYaml(connectionText(connection)) }}
      {...{ seen: stateOf(connection), wrong: null, ...more }}
    />
  ),
})

const stateOf = (connection: Connection): string => hashSecret(JSON.stringify(connectionView(connection)))
