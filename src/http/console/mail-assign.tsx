import type { Context } from 'hono'
import { ASSIGNED_OUTCOMES, type AssignedOutcome } from '../../core/mail.js'
import type { MailView } from '../../core/views.js'
import { assignMail } from '../../flows/assign-mail.js'
import { check } from '../endpoint.js'
import { assignBody } from '../schemas/tickets.js'
import { actorOf } from './access.js'
import type { Area } from './area.js'
import { Choose, Confirm, Field } from './form-parts.js'

/** A person says what a mail means that was not understood. */
export const addMailAssignment = ({ deps, action }: Area): void =>
  action({ path: '/mails/:id/assign', permission: 'mails', back: pageOf }, async (form, c, user) => {
    const text = (name: string): string => form.text(name).trim()
    const said = { domain: text('domain'), outcome: text('outcome'), note: text('note'), code: text('code') || null }
    const { code = null, ...body } = check(assignBody, said)
    const mail = await assignMail(deps, { ...body, code, id: idOf(c), actor: actorOf(user) })
    return { to: pageOf(c), text: `The mail is ${mail.stage}: ${mail.reason}` }
  })

const idOf = (c: Context): string => c.req.param('id') ?? ''
const pageOf = (c: Context): string => `/mails/${encodeURIComponent(idOf(c))}`

const WORDS: Record<AssignedOutcome, string> = {
  accepted: 'The registry has the request and will decide',
  done: 'The registry did what was asked',
  refused: 'The registry refused it',
  informational: 'It changes nothing',
}

/** For mails that nobody could use. One that is not trusted can change nothing, and is offered nothing else. */
export const MailAssignment = ({ mail }: { mail: MailView }) => {
  if (mail.direction === 'out' || !OFFERED.includes(mail.stage)) return null
  const trusted = mail.verdict?.kind === 'trusted'
  const outcomes = ASSIGNED_OUTCOMES.filter((outcome) => trusted || outcome === 'informational')
  return (
    <Confirm action={`/mails/${encodeURIComponent(mail.id)}/assign`} label="Say what it means">
      <p>
        {trusted
          ? 'What you say settles the order of the domain in your name, and tells the billing system.'
          : 'This mail is not trusted, so it can only be put to a domain: no order changes by it.'}
      </p>
      <Field name="domain" label="Domain" required maxlength={255} value={mail.replies[0]?.domain ?? ''} />
      <Choose
        name="outcome"
        label="What it means"
        options={outcomes.map((value) => ({ value, label: WORDS[value] }))}
        value="informational"
      />
      <Field name="note" label="What it says" rows={2} required maxlength={2_000} />
      <Field name="code" label="Code of the registry, where it refused" maxlength={100} />
    </Confirm>
  )
}

const OFFERED: readonly MailView['stage'][] = ['unrecognised', 'ambiguous', 'conflict', 'untrusted', 'quarantined']
