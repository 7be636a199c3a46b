import { ERASURE_COUNTS, ERASURE_WORDS, type ErasureCounts } from '../../../core/erasure.js'
import type { DomainView, OrderView } from '../../../core/views.js'
import type { Erasure } from '../../../flows/erase-personal-data.js'
import { sentence } from '../frame/area.js'
import { Confirm, Field } from '../frame/form-parts.js'
import { Empty, OrderLink } from '../frame/parts.js'

export type ErasePageProps = {
  domain: DomainView
  /** What an erasure would do now. */
  erasure: Erasure
  /** Those that would lose their data. */
  orders: readonly OrderView[]
}

/** What would be erased of a domain's orders and what stays, before it is done. */
export const ErasePage = ({ domain, erasure, orders }: ErasePageProps) => (
  <>
    <h1>Erase personal data: {domain.unicodeName}</h1>
    <p class="lead">Nothing is erased yet.</p>
    <section class="card" aria-labelledby="goes">
      <h2 id="goes">What goes</h2>
      {isNothing(erasure) ? <Empty>Nothing: neither it nor an order on it has data that can go now.</Empty> : null}
      {isNothing(erasure) ? null : <Going orders={orders} counts={erasure.counts} />}
    </section>
    <section class="card" aria-labelledby="stays">
      <h2 id="stays">What stays</h2>
      <ul>
        {erasure.kept.map(({ reason }) => (
          <li>{sentence(reason)}</li>
        ))}
        <li>What was ordered and when, for which account, and at what price.</li>
        <li>Digests, sizes, times and verdicts of mails.</li>
        <li>Every entry of the action log, whatever was written into it.</li>
        <li>What backups and others have: registries, mail servers, receivers of webhooks.</li>
      </ul>
    </section>
    {isNothing(erasure) ? null : (
      <Confirm action={`${pathOf(domain)}/erase`} label="Erase personal data" danger>
        <p>
          It cannot be undone. Orders that are erased are never sent again. The action log keeps who did it, when, and
          how much.
        </p>
        <Field name="name" label="Name of the domain, to be sure" hint={`Write ${domain.unicodeName}`} required />
      </Confirm>
    )}
  </>
)

const pathOf = ({ name }: DomainView): string => `/domains/${encodeURIComponent(name)}`

const Going = ({ orders, counts }: { orders: readonly OrderView[]; counts: ErasureCounts }) => (
  <>
    {orders.length === 0 ? null : (
      <p>Contacts, addresses, AuthInfo, and the texts of mails, tickets and calls about:</p>
    )}
    <ul>
      {orders.map(({ id, action, billingOrderId, account }) => (
        <li>
          <OrderLink id={id} label={`${action} ${billingOrderId}`} /> of {account.id}
        </li>
      ))}
    </ul>
    <p>In all:</p>
    <ul>
      {countWords(counts).map((line) => (
        <li>{line}</li>
      ))}
    </ul>
  </>
)

export const isNothing = ({ orders, domains }: Erasure): boolean => orders.length + domains.length === 0

/** `mails: octets (2)`, a line for each table that lost something. */
export const countWords = (counts: ErasureCounts): string[] =>
  ERASURE_COUNTS.flatMap((kind) => (counts[kind] > 0 ? [`${ERASURE_WORDS[kind]} (${counts[kind]})`] : []))
