import { EVENT_TYPES } from '../../../core/event.js'
import { shownUrl } from '../../../core/webhook-url.js'
import type { WebhookView } from '../../../core/webhook-views.js'
import { Button, Check, Field, Wrongs } from '../frame/form-parts.js'
import { Empty, Time } from '../frame/parts.js'
import type { TimeWords } from '../frame/words.js'
import type { Wrong } from '../keys/key-forms.js'
import { SettingsHead } from './settings-parts.js'

export type WebhookFields = { url: string; types: readonly string[] }

export type WebhooksPageProps = {
  webhooks: readonly WebhookView[]
  fields: WebhookFields
  wrong: Wrong
  words: TimeWords
}

export const WebhooksPage = ({ webhooks, fields, wrong, words }: WebhooksPageProps) => (
  <>
    <SettingsHead title="Webhooks" current="/settings/webhooks" />
    {wrong === null ? null : <Wrongs {...wrong} />}
    <section class="card" aria-label="List">
      {webhooks.length === 0 ? (
        <Empty>None yet: events about domains and orders are posted to a webhook, such as a billing system.</Empty>
      ) : (
        <WebhookTable webhooks={webhooks} words={words} />
      )}
    </section>
    <section class="card" aria-labelledby="add">
      <h2 id="add">Add a webhook</h2>
      <form method="post" action="/settings/webhooks/add">
        <WebhookFieldset fields={fields} />
        <Button kind="main">Add</Button>
      </form>
    </section>
  </>
)

export const webhookPath = ({ id }: Pick<WebhookView, 'id'>): string => `/settings/webhooks/${encodeURIComponent(id)}`

const WebhookTable = ({ webhooks, words }: Pick<WebhooksPageProps, 'webhooks' | 'words'>) => (
  <div class="scroll">
    <table class="stack">
      <thead>
        <tr>
          <th scope="col">Where</th>
          <th scope="col">Events</th>
          <th scope="col">State</th>
          <th scope="col">Added</th>
        </tr>
      </thead>
      <tbody>
        {webhooks.map((webhook) => (
          <tr>
            <th scope="row">
              <a href={webhookPath(webhook)}>{shownUrl(webhook.url)}</a>
            </th>
            <td data-label="Events">{typesWords(webhook.types)}</td>
            <td data-label="State">
              <WebhookState webhook={webhook} words={words} />
            </td>
            <td data-label="Added">
              <Time at={webhook.createdAt} words={words} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

export const typesWords = (types: readonly string[]): string => (types.includes('*') ? 'all' : types.join(', '))

export const WebhookState = ({ webhook, words }: { webhook: WebhookView; words: TimeWords }) => {
  if (!webhook.enabled)
    return (
      <>
        <span class="badge idle">disabled</span> {webhook.disabledReason}
      </>
    )
  if (webhook.failingSince === null) return <span class="badge good">takes calls</span>
  return (
    <>
      <span class="badge bad">fails</span> since <Time at={webhook.failingSince} words={words} />
    </>
  )
}

export const WebhookFieldset = ({ fields: { url, types } }: { fields: WebhookFields }) => (
  <>
    <Field
      name="url"
      label="URL"
      type="url"
      hint="https://, on a public address."
      value={url}
      required
      maxlength={2_000}
    />
    <fieldset>
      <legend>Events</legend>
      <Check name="types" value="*" label="All of them, also those of later versions" checked={types.includes('*')} />
      <div class="choices">
        {EVENT_TYPES.map((type) => (
          <Check name="types" value={type} label={type} checked={types.includes(type)} />
        ))}
      </div>
    </fieldset>
  </>
)
