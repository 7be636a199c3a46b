import type { Context } from 'hono'
import { Refusal } from '../../../core/errors.js'
import type { Mail } from '../../../core/mail.js'
import { mailView } from '../../../core/views.js'
import type { Deps } from '../../../flows/deps.js'
import { lookAtMail } from '../../../flows/look-at-mail.js'
import { readOctets } from '../../../flows/read-octets.js'
import { replayMail } from '../../../flows/replay-mail.js'
import type { Store, User } from '../../../ports.js'
import { findMail, rawMail } from '../../api/mails.js'
import { readCarried, readOrdersOf } from '../../read-views.js'
import { titlesOf } from '../domains/domain-routes.js'
import { actorOf, may } from '../frame/access.js'
import type { Area, Page } from '../frame/area.js'
import { readableMail } from '../frame/words.js'
import { mailFilterOf, mailQueryOf } from './mail-filter.js'
import { MAIL_VIEWS, MailPage } from './mail-page.js'
import { MailsPage } from './mails-page.js'
import { UnrecognisedPage } from './unrecognised-page.js'

const MAILS_ON_A_PAGE = 50
const UNRECOGNISED_ON_A_PAGE = 20

/** Mails, those that wait for a person, each of them, and their octets. */
export const addMailPages = (area: Area): void => {
  const { deps, page, file, action } = area
  page('/mails', (c) => mailsPage(area, c))
  page('/unrecognised', (c, user) => unrecognisedPage(area, c, user))
  page('/mails/:id', async (c, user) => mailPage(area, c, { mail: await findMail(deps.store, idOf(c)), user }))
  file('/mails/:id/raw', async (c, user) => {
    await requireReader(deps.store, await findMail(deps.store, idOf(c)), user)
    return rawMail(c, deps, idOf(c))
  })
  const pathOf = (c: Context) => `/mails/${encodeURIComponent(idOf(c))}`
  action({ path: '/mails/:id/replay', permission: 'mails', back: (_, c) => pathOf(c) }, async (_form, c, user) => {
    await replayMail(deps, idOf(c), actorOf(user))
    return { to: pathOf(c), text: 'The mail is being judged once more. Open this page again to see the result.' }
  })
}

const idOf = (c: Context): string => c.req.param('id') ?? ''

/** As a ticket's: whoever has the password of a domain can move it elsewhere. */
const mayRead = async (store: Store, { orders }: Mail, user: User): Promise<boolean> => {
  if (may(user, 'mails')) return true
  const found = await Promise.all(orders.map((id) => store.orders.get(id)))
  return found.every((order) => order === null || order.terms.authInfo === null)
}

const UNREADABLE =
  'the password of a domain (AuthInfo) may be in it, so that it is for the roles operator and admin; ask one of them'

const requireReader = async (store: Store, mail: Mail, user: User): Promise<void> => {
  if (!(await mayRead(store, mail, user))) throw new Refusal('forbidden', `The mail cannot be shown: ${UNREADABLE}.`)
}

const mailsPage = async ({ deps: { store }, settings: { timezone }, words }: Area, c: Context): Promise<Page> => {
  const query = mailQueryOf(c)
  const cursor = c.req.query('cursor') || null
  const { items, next } = await store.mails.list(mailFilterOf(query, timezone), { limit: MAILS_ON_A_PAGE, cursor })
  const cutShort = next !== null && items.length < MAILS_ON_A_PAGE
  const registries = await titlesOf(store)
  const mails = items.map(mailView)
  return {
    title: 'Mails',
    content: <MailsPage {...{ mails, registries, query, cutShort, cursor, next, timezone, words }} />,
  }
}

const unrecognisedPage = async ({ deps: { store, clock }, words }: Area, c: Context, user: User): Promise<Page> => {
  const cursor = c.req.query('cursor') || null
  const page = { limit: UNRECOGNISED_ON_A_PAGE, cursor }
  const { items, next } = await store.mails.list({ stage: 'unrecognised' }, page)
  const about = { registries: await titlesOf(store), now: clock.now() }
  const rights = { mayAct: may(user, 'mails'), maySeeRules: may(user, 'rules') }
  return {
    title: 'Mails that were not recognised',
    content: <UnrecognisedPage mails={items.map(mailView)} {...{ ...about, ...rights, cursor, next, words }} />,
  }
}

const mailPage = async (
  { deps, words }: Area,
  c: Context,
  { mail, user }: { mail: Mail; user: User },
): Promise<Page> => {
  const { store } = deps
  const about = {
    ...{ carried: await readCarried(store, mail), orders: await readOrdersOf(store, mail) },
    registry: mail.connectionId === null ? null : ((await titlesOf(store)).get(mail.connectionId) ?? null),
    ...{ mayAct: may(user, 'mails'), maySeeRules: may(user, 'rules') },
    sight: MAIL_VIEWS.find((sight) => sight === c.req.query('view')) ?? 'text',
  }
  const crumbs = [{ href: '/mails', label: 'Mails' }]
  const content = <MailPage mail={mailView(mail)} {...about} {...(await readContent(deps, mail, user))} words={words} />
  return { title: 'Mail', crumbs, content }
}

const readContent = async (deps: Deps, mail: Mail, user: User) => {
  if (!(await mayRead(deps.store, mail, user))) return { raw: { reason: UNREADABLE }, shown: null }
  const octets = await readOctets(deps, mail)
  if (octets.kind === 'gone') return { raw: octets, shown: null }
  return { raw: readableMail(octets.raw), shown: await lookAtMail(deps, mail, octets.raw) }
}
