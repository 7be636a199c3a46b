import type { MailView, OrderView } from '../../../core/views.js'
import type { ShownMail } from '../../../flows/look-at-mail.js'
import type { CarriedRequest } from '../../read-views.js'
import { Confirm, Tabs } from '../frame/form-parts.js'
import { makerHref } from '../frame/parts.js'
import { type TimeWords, verdictWords } from '../frame/words.js'
import { MailContent } from './mail-content.js'
import { MailFacts } from './mail-facts.js'

export const MAIL_VIEWS = ['text', 'header', 'octets'] as const
export type MailSight = (typeof MAIL_VIEWS)[number]

export type MailPageProps = {
  mail: MailView
  /** Of its connection; null where it is of none. */
  registry: string | null
  /** What an outbound mail asks the registry for. */
  carried: CarriedRequest | null
  /** The orders that an inbound mail is about. */
  orders: readonly OrderView[]
  /** The mail as text, or why its octets cannot be had. */
  raw: { text: string; cut: boolean } | { reason: string }
  /** Decoded; null where that cannot be done. */
  shown: ShownMail | null
  sight: MailSight
  mayAct: boolean
  maySeeRules: boolean
  words: TimeWords
}

export const MailPage = (props: MailPageProps) => (
  <>
    <h1>{props.mail.direction === 'out' ? 'Mail to the registry' : 'Mail that came in'}</h1>
    <p class="lead">{verdictWords(props.mail, props.words)}</p>
    <MailFacts {...props} />
    <MailActions {...props} />
    <Tabs
      label="Ways to look at it"
      current={sightHref(props.mail, props.sight)}
      tabs={MAIL_VIEWS.map((sight) => ({ href: sightHref(props.mail, sight), label: SIGHTS[sight] }))}
    />
    <MailContent {...props} />
  </>
)

const SIGHTS: Record<MailSight, string> = { text: 'Text', header: 'Header', octets: 'Octets' }

const sightHref = ({ id }: MailView, sight: MailSight): string =>
  `/mails/${encodeURIComponent(id)}${sight === 'text' ? '' : `?view=${sight}`}`

/** What can be done about a mail that took no effect. */
const MailActions = ({ mail, mayAct, maySeeRules }: MailPageProps) => {
  const canBeJudged = mail.direction === 'in' && mail.stage !== 'settled'
  if (!canBeJudged || !(mayAct || maySeeRules)) return null
  const path = `/mails/${encodeURIComponent(mail.id)}`
  return (
    <section class="card" aria-labelledby="actions">
      <h2 id="actions">What can be done</h2>
      <div class="buttons">
        {mayAct ? (
          <Confirm action={`${path}/replay`} label="Judge it once more">
            <p>
              The mail is read again with the keys, rules and profile of today and the time at which it came in. What
              took effect before cannot take effect again.
            </p>
          </Confirm>
        ) : null}
        {mayAct ? (
          <a class="button" href={`${path}/assign`}>
            Say what it means
          </a>
        ) : null}
        {maySeeRules && mail.verdict?.kind === 'trusted' && mail.connection !== null ? (
          <a class="button" href={makerHref(mail.connection, mail.id)}>
            Make a rule of it
          </a>
        ) : null}
      </div>
    </section>
  )
}
