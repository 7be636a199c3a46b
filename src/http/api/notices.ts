import { z } from '@hono/zod-openapi'
import { describeProblems, Refusal } from '../../core/errors.js'
import { NOTICE_KINDS, NOTICE_STATES, type Notice } from '../../core/notice.js'
import { noticeView, shownNoticeView } from '../../core/notice-views.js'
import type { Deps } from '../../flows/deps.js'
import { quietAccount } from '../../flows/quiet-account.js'
import { sendNoticeAgain } from '../../flows/send-notice-again.js'
import { writeNotice } from '../../flows/write-notice.js'
import { type Api, addEndpoint, NOTHING } from '../endpoint.js'
import { noticeSchema, notificationsBody, notificationsSchema, shownNoticeSchema } from '../schemas/notices.js'
import { pageOf, pageOptions, pageQuery } from '../schemas/page.js'
import { text } from '../schemas/text.js'

const common = { tag: 'Notices', access: 'admin', params: NOTHING, query: NOTHING, body: NOTHING } as const
const one = { ...common, path: '/v1/notices/{id}', params: z.object({ id: z.string() }), problems: [404] } as const
const ofAccount = {
  ...common,
  path: '/v1/accounts/{id}/notifications',
  params: z.object({ id: text(100) }),
  status: 200,
  reply: notificationsSchema,
} as const

const listing = {
  ...common,
  operation: 'listNotices',
  method: 'get',
  path: '/v1/notices',
  status: 200,
  reply: pageOf(noticeSchema),
  summary: 'List mails to people, newest first',
  query: z.strictObject({
    ...pageQuery,
    state: z.enum(NOTICE_STATES).optional(),
    kind: z.enum(NOTICE_KINDS).optional(),
  }),
} as const

const reading = {
  ...one,
  operation: 'readNotice',
  method: 'get',
  status: 200,
  reply: shownNoticeSchema,
  summary: 'Read a mail to people',
} as const

const sending = {
  ...one,
  operation: 'sendNotice',
  method: 'post',
  path: '/v1/notices/{id}/send',
  status: 200,
  reply: noticeSchema,
  summary: 'Send a mail to people that was not sent',
  description: 'One that failed, was only recorded, or waits for its next try goes now.',
  problems: [404, 409],
} as const

const readingNotifications = {
  ...ofAccount,
  operation: 'readNotifications',
  method: 'get',
  summary: 'Read whether an account is mailed',
} as const

const settingNotifications = {
  ...ofAccount,
  operation: 'setNotifications',
  method: 'put',
  summary: 'Switch the mails of an account on or off',
  body: notificationsBody,
  problems: [400, 413],
} as const

export const addNoticeEndpoints = (api: Api, deps: Deps): void => {
  addEndpoint(api, listing, async ({ query: { state, kind, ...page } }) => {
    const { items, next } = await deps.store.notices.list({ state, kind }, pageOptions(page))
    return { body: { items: items.map(noticeView), next } }
  })
  addEndpoint(api, reading, async ({ params: { id } }) => ({ body: await shown(deps, await findNotice(deps, id)) }))
  addEndpoint(api, sending, async ({ caller, params: { id } }) => ({
    body: noticeView(await sendNoticeAgain(deps, { id, actor: caller.actor })),
  }))
  addEndpoint(api, readingNotifications, async ({ params: { id } }) => ({ body: await notificationsOf(deps, id) }))
  addEndpoint(api, settingNotifications, async ({ caller, params: { id }, body: { mail } }) => {
    await quietAccount(deps, { account: id, mail, actor: caller.actor })
    return { body: await notificationsOf(deps, id) }
  })
}

const findNotice = async ({ store }: Deps, id: string): Promise<Notice> => {
  const notice = await store.notices.get(id)
  if (notice === null) throw new Refusal('not-found', `there is no notice ${id}`)
  return notice
}

const shown = async (deps: Deps, notice: Notice) => {
  const order = notice.orderId === null ? null : await deps.store.orders.get(notice.orderId)
  const draft = writeNotice(deps, notice, order)
  return shownNoticeView(notice, draft.ok ? draft.value : { problem: describeProblems(draft.problems) })
}

/** An account is whoever billing says it is: one that is not known gets its mails once it orders something. */
const notificationsOf = async ({ store }: Deps, account: string) => ({
  account,
  mail: (await store.quietAccounts.since(account)) === null,
})
