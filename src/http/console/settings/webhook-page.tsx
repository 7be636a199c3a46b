import { DELIVERY_STATES, type DeliveryState } from '../../../core/webhook-delivery.js'
import { shownUrl } from '../../../core/webhook-url.js'
import type { CallView, DeliveryView, WebhookView } from '../../../core/webhook-views.js'
import { Button, Confirm, Filter, FilterChoice, Press, Wrongs } from '../frame/form-parts.js'
import { Empty, Facts, Pages, Time } from '../frame/parts.js'
import type { TimeWords } from '../frame/words.js'
import type { Wrong } from '../keys/key-forms.js'
import { typesWords, type WebhookFields, WebhookFieldset, WebhookState, webhookPath } from './webhooks-page.js'

export type WebhookPageProps = {
  webhook: WebhookView
  deliveries: readonly DeliveryView[]
  state: DeliveryState | null
  cursor: string | null
  next: string | null
  fields: WebhookFields
  wrong: Wrong
  words: TimeWords
}

export const WebhookPage = (props: WebhookPageProps) => {
  const { webhook, fields, wrong, words } = props
  const path = webhookPath(webhook)
  return (
    <>
      <h1>{shownUrl(webhook.url)}</h1>
      {wrong === null ? null : <Wrongs {...wrong} />}
      <section class="card" aria-labelledby="now">
        <h2 id="now">Now</h2>
        <Facts
          facts={[
            ['State', <WebhookState webhook={webhook} words={words} />],
            ['Events', typesWords(webhook.types)],
            webhook.oldSecretUntil === null
              ? null
              : ['The secret before signs too, until', <Time at={webhook.oldSecretUntil} words={words} />],
          ]}
        />
        <div class="buttons">
          <Acts webhook={webhook} path={path} />
        </div>
      </section>
      <Deliveries {...props} />
      <section class="card" aria-labelledby="change">
        <h2 id="change">Change</h2>
        <form method="post" action={`${path}/change`}>
          <WebhookFieldset fields={fields} />
          <Button kind="main">Save</Button>
        </form>
      </section>
    </>
  )
}

const Acts = ({ webhook, path }: { webhook: WebhookView; path: string }) => (
  <>
    <Press action={`${path}/test`} label="Call it once" />
    <Confirm action={`${path}/rotate`} label="New secret">
      <p>
        You see it once. For 24 hours calls are signed by the secret before as well, so that the receiver can change in
        its own time.
      </p>
    </Confirm>
    <Confirm action={`${path}/redeliver`} label="Send again what failed">
      <p>All events that were given up go again, the oldest first, with the ids that they had.</p>
    </Confirm>
    {webhook.enabled ? (
      <Confirm action={`${path}/disable`} label="Disable">
        <p>Nothing is posted to it until it is enabled. What waits stays; what happens meanwhile is not for it.</p>
      </Confirm>
    ) : (
      <Press action={`${path}/enable`} label="Enable" kind="main" />
    )}
    <Confirm action={`${path}/remove`} label="Remove" danger>
      <p>Nothing goes to it any more, also not what waits, and the log of its deliveries goes with it.</p>
    </Confirm>
  </>
)

const Deliveries = ({ webhook, deliveries, state, cursor, next, words }: WebhookPageProps) => (
  <section class="card" aria-labelledby="deliveries">
    <h2 id="deliveries">Deliveries</h2>
    <Filter action={webhookPath(webhook)}>
      <FilterChoice
        name="state"
        label="State"
        none="All"
        value={state}
        options={DELIVERY_STATES.map((value) => ({ value, label: value }))}
      />
    </Filter>
    {deliveries.length === 0 ? <Empty>None.</Empty> : <DeliveryTable {...{ webhook, deliveries, words }} />}
    <Pages path={webhookPath(webhook)} query={{ state }} {...{ cursor, next }} what="deliveries" />
  </section>
)

const TONES: Record<DeliveryState, string> = { waiting: 'busy', delivered: 'good', failed: 'bad' }

const DeliveryTable = ({ webhook, deliveries, words }: Pick<WebhookPageProps, 'webhook' | 'deliveries' | 'words'>) => (
  <div class="scroll">
    <table class="stack">
      <thead>
        <tr>
          <th scope="col">Event</th>
          <th scope="col">About</th>
          <th scope="col">State</th>
          <th scope="col">Calls</th>
          <th scope="col">Happened</th>
        </tr>
      </thead>
      <tbody>
        {deliveries.map((delivery) => (
          <tr>
            <th scope="row">
              <a href={`${webhookPath(webhook)}/deliveries/${encodeURIComponent(delivery.id)}`}>{delivery.type}</a>
            </th>
            <td data-label="About">{delivery.subject}</td>
            <td data-label="State">
              <span class={`badge ${TONES[delivery.state]}`}>{delivery.state}</span>
            </td>
            <td data-label="Calls" class="number">
              {String(delivery.attempts)}
            </td>
            <td data-label="Happened">
              <Time at={delivery.createdAt} words={words} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

export type DeliveryPageProps = {
  webhook: WebhookView
  delivery: DeliveryView
  calls: readonly CallView[]
  words: TimeWords
}

/** One event on its way to a webhook: each call, and what was answered. */
export const DeliveryPage = ({ webhook, delivery, calls, words }: DeliveryPageProps) => (
  <>
    <h1>
      {delivery.type} of {delivery.subject}
    </h1>
    <section class="card" aria-label="State">
      <Facts
        facts={[
          ['State', <span class={`badge ${TONES[delivery.state]}`}>{delivery.state}</span>],
          ['webhook-id', <code>{delivery.event}</code>],
          delivery.nextAttemptAt === null ? null : ['Next call', <Time at={delivery.nextAttemptAt} words={words} />],
        ]}
      />
      {webhook.enabled ? (
        <Press
          action={`${webhookPath(webhook)}/deliveries/${encodeURIComponent(delivery.id)}/redeliver`}
          label="Send it again"
        />
      ) : null}
    </section>
    <section class="card" aria-labelledby="calls">
      <h2 id="calls">Calls</h2>
      {calls.length === 0 ? <Empty>None yet.</Empty> : null}
      <ol class="timeline">
        {calls.map((call) => (
          <li class={call.answer.reason === null ? '' : 'error'}>
            <Call call={call} words={words} />
          </li>
        ))}
      </ol>
    </section>
  </>
)

const Call = ({ call: { at, duration, request, answer }, words }: { call: CallView; words: TimeWords }) => (
  <>
    <p>
      {answer.status === null ? 'No answer' : `Answered ${answer.status}`} after {String(duration)} ms
      {answer.reason === null ? '' : `: ${answer.reason}`}
    </p>
    <p class="meta">
      <Time at={at} words={words} />
    </p>
    <details>
      <summary>What was sent and answered</summary>
      <pre>
        {Object.entries(request.headers)
          .map(([name, value]) => `${name}: ${value}`)
          .join('\n')}
      </pre>
      <pre>{request.body}</pre>
      {answer.body === '' ? null : <pre>{answer.body}</pre>}
    </details>
  </>
)
