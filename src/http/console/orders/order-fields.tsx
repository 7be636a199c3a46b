import type { Child } from 'hono/jsx'
import type { Action } from '../../../core/action.js'
import { needsAcceptance } from '../../../core/agreement.js'
import type { Connection } from '../../../core/connection.js'
import type { Price } from '../../../core/order.js'
import { priceText } from '../../../core/price.js'
import type { AgreementView } from '../../connection-view.js'
import { Check, Choose, Field } from '../frame/form-parts.js'
import { Facts, ModeBadge, TransferChecklist } from '../frame/parts.js'
import { type Answers, answerOf } from './new-order-page.js'
import { ContactQuestions } from './order-contacts.js'
import type { OrderQuestions, OwnField } from './order-questions.js'

export type FirstQuestionsProps = Answers & { actions: readonly Action[]; connections: readonly Connection[] }

/** Whom it is for, and what is wanted of which domain: that says which fields it has. */
export const FirstQuestions = ({ actions, connections, ...answers }: FirstQuestionsProps) => (
  <>
    <Field
      {...answerOf(answers, 'account.id')}
      label="Account"
      hint="Whose order it is, by the id that your billing system has."
      required
      maxlength={100}
    />
    <Choose
      {...answerOf(answers, 'account.type')}
      label="Kind of account"
      none="Choose"
      options={[
        { value: 'customer', label: 'Customer: it waits for its payment' },
        { value: 'provider', label: 'Provider: it goes at once' },
      ]}
    />
    <Field
      {...answerOf(answers, 'account.email')}
      label="E-mail of the account"
      type="email"
      hint="May be empty."
      maxlength={254}
    />
    <Choose
      {...answerOf(answers, 'action')}
      label="Action"
      none="Choose"
      options={actions.map((value) => ({ value, label: value }))}
    />
    <Field
      {...answerOf(answers, 'domain')}
      label="Domain"
      hint="Such as example.de; letters like ü may be in it."
      required
      maxlength={255}
    />
    <Choose
      {...answerOf(answers, 'connection')}
      label="Connection"
      none="The one that has the TLD, or the domain"
      options={connections.map(({ id, title, mode }) => ({ value: id, label: `${title} (${mode})` }))}
    />
  </>
)

export type OrderFieldsProps = Answers & {
  questions: OrderQuestions
  /** Where it goes. */
  connection: Connection
  action: Action
  domain: string
  /** Of its TLD; null where it has none. */
  price: Price | null
  agreement: AgreementView | null
}

/** All that the action has on this connection, and nothing else. */
export const OrderFields = (props: OrderFieldsProps) => {
  const { questions, connection, action, domain, ...answers } = props
  return (
    <>
      <Facts
        facts={[
          ['Order', `${action} ${domain}`],
          [
            'Goes to',
            <>
              {connection.title} <ModeBadge mode={connection.mode} paused={connection.paused} />
            </>,
          ],
        ]}
      />
      {action === 'transfer' ? <TransferChecklist text={connection.transferChecklist} /> : null}
      <hr />
      {[...questions.fields].map(([name, about]) => OWN_QUESTIONS[name]({ ...props, ...about }))}
      <ContactQuestions contacts={questions.contacts} {...answers} />
      <CommonFields {...props} />
      <Acceptance {...props} />
    </>
  )
}

type OwnProps = OrderFieldsProps & { required: boolean; hint: string | null }

const needed = (required: boolean): string => (required ? 'Needed.' : 'May be empty.')
const hinted = ({ hint, required }: Pick<OwnProps, 'hint' | 'required'>, how: string): string =>
  [how, hint, needed(required)].filter((part) => part !== null && part !== '').join(' ')

/** How each field of the body is asked for. */
const OWN_QUESTIONS: Record<OwnField, (props: OwnProps) => Child> = {
  period: (props) => (
    <Field {...answerOf(props, 'period.years')} label="Years" type="number" hint={hinted(props, '')} />
  ),
  nameservers: (props) => (
    <Field
      {...answerOf(props, 'nameservers')}
      label="Name servers"
      rows={3}
      hint={hinted(props, `One a line; addresses behind a host are its glue.${defaultHosts(props.connection)}`)}
    />
  ),
  records: (props) => (
    <Field {...answerOf(props, 'records')} label="Records" rows={2} hint={hinted(props, 'One a line.')} />
  ),
  dnssec: (props) => (
    <>
      <Field {...answerOf(props, 'dnssec')} label="DNSSEC keys" rows={2} hint={hinted(props, 'One a line.')} />
      <Check name="noDnssec" label="Without any DNSSEC key from then on" checked={props.draft['noDnssec'] === 'yes'} />
    </>
  ),
  authInfo: ({ required, hint, ...answers }) => (
    <div class="field">
      {required ? (
        <p>The AuthInfo is asked for on the last page, and never shown.</p>
      ) : (
        <Check
          name="withAuthInfo"
          label="With an AuthInfo: it is asked for on the last page, and never shown"
          checked={answers.draft['withAuthInfo'] === 'yes'}
        />
      )}
      {hint === null ? null : <p class="hint">{hint}</p>}
      <Wrong text={answers.beside['withAuthInfo']} />
    </div>
  ),
  disconnect: (props) => (
    <Choose
      {...answerOf(props, 'disconnect')}
      label="Disconnect"
      none={props.required ? 'Choose' : 'Not said'}
      {...(props.hint === null ? {} : { hint: props.hint })}
      options={[
        { value: 'yes', label: 'yes' },
        { value: 'no', label: 'no' },
      ]}
    />
  ),
}

/** Beside what has no words of its own for it. */
const Wrong = ({ text }: { text: string | undefined }) => (text === undefined ? null : <p class="wrong">{text}</p>)

const defaultHosts = ({ defaults: { nameservers } }: Connection): string =>
  nameservers.length === 0
    ? ''
    : ` The connection has ${nameservers.map(({ host }) => host).join(', ')} for new domains.`

/** What every order may say. */
const CommonFields = (props: OrderFieldsProps) => (
  <>
    <Field
      {...answerOf(props, 'billingOrderId')}
      label="Id of the order in billing"
      hint="No two orders of an account have the same."
      required
      maxlength={100}
    />
    <Field
      {...answerOf(props, 'price.amount')}
      label="Price"
      hint={`Such as 9.90. Empty: that of the TLD, ${priceText(props.price) ?? 'which has none'}.`}
      maxlength={17}
    />
    <Field {...answerOf(props, 'price.currency')} label="Currency" hint="Three letters, such as EUR." maxlength={3} />
    <Field
      {...answerOf(props, 'notify')}
      label="E-mail to be told how it goes"
      type="email"
      hint="Empty: that of the account."
      maxlength={254}
    />
    {props.draft['account.type'] === 'customer' ? (
      <Check name="paid" label="It is paid: it goes at once" checked={props.draft['paid'] === 'yes'} />
    ) : null}
  </>
)

/** Shown in full, with the version that is accepted: another text in the meantime has to be accepted anew. */
const Acceptance = ({ agreement, draft, beside, action }: OrderFieldsProps) => {
  if (agreement === null || !needsAcceptance(action)) return null
  const { version, text, content, problem } = agreement
  if (version === null) return <p class="note bad">The agreement cannot be read: {problem}</p>
  const accepted = draft['agreement.accepted'] === 'yes' && draft['agreement.version'] === version
  return (
    <fieldset>
      <legend>Agreement</legend>
      {[text, content].map((part) => (part === null ? null : <pre>{part}</pre>))}
      <p class="meta">Version {version}</p>
      <input type="hidden" name="agreement.version" value={version} />
      <div class="field">
        <Check name="agreement.accepted" label="It was shown and accepted" checked={accepted} />
        <Wrong text={beside['agreement.accepted']} />
      </div>
      <Field
        {...answerOf({ draft, beside }, 'agreement.acceptedBy')}
        label="Accepted by"
        hint="Who accepted it, by name or address: it is kept in the action log."
        maxlength={254}
      />
    </fieldset>
  )
}
