import type { Context } from 'hono'
import { html } from 'hono/html'
import type { Child } from 'hono/jsx'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { printable } from '../../../core/action-log.js'
import type { SessionNotice, User } from '../../../ports.js'
import { hashSecret } from '../../auth.js'
import { may } from './access.js'
import { STYLESHEET } from './assets/index.js'
import { Tabs } from './form-parts.js'
import { barOf, currentOf, NAVIGATION, type NavigationEntry, tabsOf } from './navigation.js'
import { Crumbs, Notice } from './parts.js'

const STYLE_URL = `/assets/console.css?v=${hashSecret(STYLESHEET).slice(0, 12)}`

/** Who looks at a page, how many connections are in test mode, and whether registries are simulated here. */
export type Viewer = { user: User; testConnections: number; simulated: boolean }

/** A page above another: the way back up. */
export type Crumb = { href: string; label: string }

export type PageOptions = {
  title: string
  /** Null where nobody is signed in. */
  viewer: Viewer | null
  notice?: SessionNotice | null
  crumbs?: readonly Crumb[]
  narrow?: boolean
  status?: ContentfulStatusCode
}

/**
 * A whole page. Everything in it is escaped by the renderer; nothing here makes markup of text. Strangers write much of
 * what is shown, so every character that could move or hide text becomes a sign, wherever it stands.
 */
export const renderPage = async (c: Context, options: PageOptions, content: Child): Promise<Response> => {
  const path = options.status === undefined ? c.req.path : null
  const page = await html`<!doctype html>${<Layout options={options} path={path} content={content} />}`
  return c.html(printable(String(page)), options.status ?? 200)
}

/** `path`: of the page that this is; null where it is one about a failure. */
type LayoutProps = { options: PageOptions; path: string | null; content: Child }

const Layout = ({ options, path, content }: LayoutProps) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>{options.title} · Sealpost</title>
      <link rel="stylesheet" href={STYLE_URL} />
      <link rel="icon" type="image/svg+xml" href="/assets/icon.svg" />
    </head>
    <body>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="bar">
        <div>
          <a class="brand" href="/">
            <img src="/assets/icon.svg" alt="" />
            Sealpost
          </a>
          {options.viewer === null ? null : <SignedIn viewer={options.viewer} path={path} />}
        </div>
      </header>
      <main id="main" class={options.narrow === true ? 'narrow' : ''}>
        {options.viewer === null ? null : <Beside viewer={options.viewer} path={path} />}
        <Crumbs crumbs={options.crumbs ?? []} />
        {options.notice == null ? null : <Notice {...options.notice} />}
        {content}
      </main>
    </body>
  </html>
)

/** What of the navigation is for who looks. */
const entriesFor = ({ user, simulated }: Viewer): NavigationEntry[] =>
  NAVIGATION.filter(({ permission, ...entry }) => may(user, permission) && (simulated || entry.simulated !== true))

/** The pages that stand beside this one. */
const Beside = ({ viewer, path }: { viewer: Viewer; path: string | null }) => {
  const tabs = tabsOf(entriesFor(viewer), path)
  return tabs.length === 0 ? null : <Tabs label="Beside this page" tabs={tabs} current={path ?? ''} />
}

const SignedIn = ({ viewer, path }: { viewer: Viewer; path: string | null }) => (
  <>
    <nav aria-label="Main">
      <ul>
        {barOf(entriesFor(viewer)).map(({ href, label }) => (
          <li>
            <a href={href} {...currentAttribute(currentOf(href, path))}>
              {label}
            </a>
          </li>
        ))}
      </ul>
    </nav>
    <div class="who">
      {viewer.testConnections === 0 ? null : (
        <span
          class="badge idle"
          title={`Connections in test mode, which no live registry knows of: ${viewer.testConnections}`}
        >
          test mode
        </span>
      )}
      <a href="/account">
        {viewer.user.name} ({viewer.user.role})
      </a>
      <form method="post" action="/logout">
        <button class="quiet" type="submit">
          Sign out
        </button>
      </form>
    </div>
  </>
)

const currentAttribute = (current: 'page' | 'true' | null) => (current === null ? {} : { 'aria-current': current })
