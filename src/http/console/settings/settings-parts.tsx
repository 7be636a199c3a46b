import type { Child } from 'hono/jsx'
import { Tabs } from '../frame/form-parts.js'

/** The pages of the settings; a new one adds its line. */
const SETTINGS_TABS = [
  { href: '/settings/users', label: 'Users' },
  { href: '/settings/sign-in', label: 'Sign-in' },
  { href: '/settings/tokens', label: 'Tokens' },
  { href: '/settings/webhooks', label: 'Webhooks' },
  { href: '/settings/accounts', label: 'Accounts' },
]

/** The head of every page of the settings. */
export const SettingsHead = ({ title, current, children }: { title: string; current: string; children?: Child }) => (
  <>
    <h1>{title}</h1>
    <Tabs label="Settings" tabs={SETTINGS_TABS} current={current} />
    {children}
  </>
)

export const SETTINGS_CRUMBS = [{ href: '/settings/users', label: 'Settings' }]

/** What is shown this once: whoever leaves the page has seen it. */
export const ShownOnce = ({ title, text, secret, back }: ShownOnceProps) => (
  <>
    <h1>{title}</h1>
    <section class="card" aria-label="Shown this once">
      <p>{text}</p>
      <pre class="secret">{secret}</pre>
      <p class="meta">It is shown this once: nobody can read it again, and this page cannot be opened again.</p>
      <p>
        <a class="button main" href={back}>
          I have kept it
        </a>
      </p>
    </section>
  </>
)

export type ShownOnceProps = { title: string; text: Child; secret: string; back: string }
