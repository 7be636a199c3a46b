import type { Context } from 'hono'
import { CHECKLIST, isChecklistItem } from '../../../core/checklist.js'
import { Refusal } from '../../../core/errors.js'
import { changeConnection } from '../../../flows/change-connection.js'
import { tickChecklist } from '../../../flows/checklist.js'
import { removeConnection } from '../../../flows/manage-connections.js'
import { setPaused } from '../../../flows/pause-connection.js'
import { type Hop, testConnection } from '../../../flows/test-connection.js'
import { actorOf } from '../frame/access.js'
import type { ActionOptions, Area } from '../frame/area.js'
import { findConnection } from './read-connections.js'

const WAIT_MS = 15_000

const idOf = (c: Context): string => c.req.param('id') ?? ''
const pageOf = (c: Context): string => `/connections/${encodeURIComponent(idOf(c))}`

const acting = (path: string): ActionOptions => ({
  path: `/connections/:id/${path}`,
  permission: 'connections',
  back: (_, c) => pageOf(c),
})

/** Buttons of a connection: pause, resume, test, checklist, go live, remove. */
export const addConnectionActions = (area: Area): void => {
  addSwitches(area)
  addTest(area)
  addChecklist(area)
  addRemoval(area)
}

const addSwitches = ({ deps, action }: Area): void => {
  for (const { verb, paused, text } of SWITCHES)
    action(acting(verb), async (_, c, user) => {
      const { title } = await setPaused(deps, { id: idOf(c), paused, actor: actorOf(user) })
      return { to: pageOf(c), text: `${title} ${text}.` }
    })
  action(acting('live'), async (_, c, user) => {
    const { title } = await changeConnection(deps, idOf(c), { mode: 'live' }, actorOf(user))
    return { to: pageOf(c), text: `${title} is live: its requests go to the registry itself.` }
  })
}

const SWITCHES = [
  { verb: 'pause', paused: true, text: 'is paused: nothing of it leaves' },
  { verb: 'resume', paused: false, text: 'sends again' },
] as const

const addTest = ({ deps, action }: Area): void =>
  action(acting('test'), async (_, c, user) => {
    const { ok, hops } = await testConnection(deps, { id: idOf(c), waitMs: WAIT_MS, actor: actorOf(user) })
    const [well, ill] = hops.some(({ hop }) => hop === 'written') ? SERVER_WORDS : MAIL_WORDS
    const text = ok ? well : ill
    return { to: pageOf(c), text, tone: ok ? 'good' : 'bad', lines: hops.map(hopWords) }
  })

const hopWords = ({ hop, ok, detail, ms }: Hop): string =>
  `${HOPS[hop]}: ${ok ? 'ok' : 'failed'}${ms === null ? '' : ` after ${ms} ms`}. ${detail}`

const HOPS = {
  ...{ signed: 'Signed', 'handed-over': 'Handed over', received: 'Came in here', verified: 'Verified' },
  ...{ written: 'Written', connected: 'Reached', answered: 'Answered', accepted: 'Taken for ours' },
} as const satisfies Record<Hop['hop'], string>

const addChecklist = ({ deps, action }: Area): void =>
  action(acting('checklist/:item'), async (form, c, user) => {
    const item = c.req.param('item') ?? ''
    if (!isChecklistItem(item)) throw new Refusal('not-found', `the checklist has no ${item}`)
    const done = form.text('done') === 'yes'
    const note = form.text(`note-${item}`).trim().slice(0, 500)
    await tickChecklist(deps, {
      id: idOf(c),
      item,
      done,
      note: done && note !== '' ? note : null,
      actor: actorOf(user),
    })
    return { to: pageOf(c), text: `${CHECKLIST[item]}: ${done ? 'done' : 'no longer done'}.` }
  })

const addRemoval = ({ deps, action }: Area): void =>
  action(acting('remove'), async (form, c, user) => {
    const { title } = await findConnection(deps.store, idOf(c))
    if (form.text('title').trim() !== title)
      throw new Refusal('conflict', `it was not removed: to remove it write its title, ${title}, into the field`)
    await removeConnection(deps, idOf(c), actorOf(user))
    return { to: '/connections', text: `${title} was removed.` }
  })

const MAIL_WORDS = [
  'The test mail went all the way and came back unchanged.',
  'The test mail did not come through.',
] as const
const SERVER_WORDS = ['The server answers, and knows us.', 'The server cannot be used so.'] as const
