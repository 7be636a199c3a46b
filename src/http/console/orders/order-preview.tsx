import type { Child } from 'hono/jsx'
import { acquires } from '../../../core/action.js'
import { destinationOf } from '../../../core/connection.js'
import { COVERED_AUTH_INFO, isBilled, type OrderTerms, waitsForPayment } from '../../../core/order.js'
import { priceText } from '../../../core/price.js'
import type { ForetoldOrder } from '../../../flows/foretell-order.js'
import { Field } from '../frame/form-parts.js'
import { Facts, ModeBadge } from '../frame/parts.js'
import { type Answers, answerOf } from './new-order-page.js'

export type OrderPreviewProps = Answers & { foretold: ForetoldOrder; paid: boolean }

/** What the order comes to, before it is placed: how many messages to whom, when, for how much, and their words. */
export const OrderPreview = ({ foretold, paid, ...answers }: OrderPreviewProps) => {
  const { terms, connection, draft } = foretold
  return (
    <>
      <p>Nothing is ordered yet.</p>
      <Facts
        facts={[
          ['Order', `${terms.action} ${terms.unicodeName}`],
          terms.domain === terms.unicodeName ? null : ['Name in the DNS', <code>{terms.domain}</code>],
          ['Account', `${terms.account.id} (${terms.account.type}), order ${terms.billingOrderId}`],
          [
            'Goes to',
            <>
              {connection.title} <ModeBadge mode={connection.mode} paused={connection.paused} />
            </>,
          ],
          ['What is sent', whatWords(foretold)],
          ['When', whenWords(foretold, paid)],
          ['Costs', isOwn(terms, draft) ? 'Nothing' : costWords(terms)],
        ]}
      />
      {draft === null ? null : <Request {...{ terms, draft }} />}
      {terms.authInfo === null ? null : (
        <Field
          name="authInfo"
          label="AuthInfo"
          type="password"
          hint="The password of the domain. It goes to the registry, and no page shows it again."
          autocomplete="off"
          required
          maxlength={128}
          problem={answerOf(answers, 'authInfo').problem}
        />
      )}
    </>
  )
}

const Request = ({ terms, draft }: { terms: OrderTerms; draft: NonNullable<ForetoldOrder['draft']> }): Child => (
  <>
    <h3>{draft.subject}</h3>
    <pre>{draft.body}</pre>
    <p class="meta">
      The reference is one of this preview.
      {terms.authInfo === null
        ? ''
        : ` ${COVERED_AUTH_INFO} stands for the AuthInfo, also where its digest is sent in its place.`}
    </p>
  </>
)

const whatWords = ({ draft, connection, terms, byPeople }: ForetoldOrder): string => {
  if (isOwn(terms, draft)) return '1 order and no message: the gateway carries it out by itself'
  if (draft === null) return '1 order and no message: the lookup script of the connection answers it'
  const where = destinationOf(connection)
  if (byPeople) return '1 order: 1 ticket for people'
  return connection.channel === 'mail' ? `1 order: 1 signed mail to ${where}` : `1 order: 1 call of ${where}`
}

const isOwn = ({ action }: OrderTerms, draft: ForetoldOrder['draft']): boolean => draft === null && action !== 'lookup'

const whenWords = ({ terms, connection, draft, rests }: ForetoldOrder, paid: boolean): string => {
  const unpaid = terms.action !== 'lookup' && waitsForPayment(terms, paid ? new Date(0) : null)
  if (isOwn(terms, draft)) return 'At once'
  if (rests) return `When a second person approves it${unpaid ? ', once it is paid' : ''}`
  const prepared = connection.dnsPrepare === 'required' && acquires(terms.action)
  if (prepared) return `Once its DNS is prepared${unpaid ? ', after it is paid' : ''}`
  if (unpaid) return 'Once it is paid'
  return connection.paused ? 'Once the connection is resumed' : 'At once'
}

const costWords = (terms: OrderTerms): string => {
  if (terms.action === 'lookup' || !isBilled(terms)) return 'Nothing'
  const price = priceText(terms.price)
  return price === null ? 'No price is known here: billing is told to charge it by its own' : `${price} in all`
}
