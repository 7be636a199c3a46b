import type { Context } from 'hono'
import { Refusal } from '../../../core/errors.js'
import { ASSIGNED_OUTCOMES } from '../../../core/mail.js'
import { mailView } from '../../../core/views.js'
import { assignMail } from '../../../flows/assign-mail.js'
import { lookAtMail } from '../../../flows/look-at-mail.js'
import { readOctets } from '../../../flows/read-octets.js'
import { findMail } from '../../api/mails.js'
import { check } from '../../endpoint.js'
import { assignBody } from '../../schemas/tickets.js'
import { actorOf } from '../frame/access.js'
import { type Area, type Page, sentence } from '../frame/area.js'
import type { Form } from '../frame/form.js'
import { type Assignment, AssignPage } from './assign-page.js'

/** Where a person says what a mail means that was not understood. */
export const addAssignPages = (area: Area): void => {
  const { deps, page, action } = area
  const idOf = (c: Context) => c.req.param('id') ?? ''
  page('/mails/:id/assign', (c) => assignPage(area, idOf(c), NOTHING_SAID, null), 'mails')
  action({ path: '/mails/:id/assign', permission: 'mails' }, async (form, c, user) => {
    const [id, said] = [idOf(c), assignmentOf(form)]
    try {
      const { code = null, ...body } = check(assignBody, { ...said, code: said.code === '' ? null : said.code })
      const mail = await assignMail(deps, { ...body, code, id, actor: actorOf(user) })
      return { to: `/mails/${encodeURIComponent(mail.id)}`, text: `The mail was assigned to ${body.domain}.` }
    } catch (error) {
      if (error instanceof Refusal && error.code !== 'not-found') return assignPage(area, id, said, error)
      throw error
    }
  })
}

const NOTHING_SAID: Assignment = { domain: '', outcome: '', note: '', code: '' }

const assignmentOf = (form: Form): Assignment => ({
  ...{ domain: form.text('domain').trim(), outcome: form.text('outcome') },
  ...{ note: form.text('note').trim(), code: form.text('code').trim() },
})

const assignPage = async (
  { deps, words }: Area,
  id: string,
  said: Assignment,
  refusal: Refusal | null,
): Promise<Page> => {
  const mail = await findMail(deps.store, id)
  const octets = await readOctets(deps, mail)
  const text = octets.kind === 'gone' ? null : ((await lookAtMail(deps, mail, octets.raw))?.text ?? null)
  const domain = said.domain || (mail.replies.find((reply) => reply.domain !== null)?.domain ?? '')
  const problem = refusal === null ? null : sentence(refusal.message)
  const props = { mail: mailView(mail), text, said: { ...said, domain }, outcomes: ASSIGNED_OUTCOMES, problem, words }
  return {
    title: 'What a mail means',
    crumbs: [
      { href: '/mails', label: 'Mails' },
      { href: `/mails/${encodeURIComponent(mail.id)}`, label: 'Mail' },
    ],
    content: <AssignPage {...props} problems={refusal?.problems ?? []} />,
    ...(refusal === null ? {} : { status: refusal.code === 'conflict' ? (409 as const) : (422 as const) }),
  }
}
