import type { Context } from 'hono'
import { html } from 'hono/html'
import type { Child } from 'hono/jsx'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { printable } from '../../core/action-log.js'
import { hashSecret } from '../auth.js'
import { STYLESHEET } from './style.js'

const STYLE_URL = `/assets/console.css?v=${hashSecret(STYLESHEET).slice(0, 12)}`

export type PageOptions = {
  title: string
  /** Who is signed in. */
  user: string | null
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

const Layout = ({ options: { title, user, narrow }, path, content }: LayoutProps) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>{title} · Sealpost</title>
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
            Sealpost
          </a>
          {user === null ? null : <SignedIn user={user} path={path} />}
        </div>
      </header>
      <main id="main" class={narrow === true ? 'narrow' : ''}>
        {content}
      </main>
    </body>
  </html>
)

const SignedIn = ({ user, path }: { user: string; path: string | null }) => (
  <>
    <nav aria-label="Main">
      <a href="/" {...(path === '/' ? { 'aria-current': 'page' } : {})}>
        Domains
      </a>
    </nav>
    <div class="who">
      <span>{user}</span>
      <form method="post" action="/logout">
        <button type="submit">Sign out</button>
      </form>
    </div>
  </>
)
