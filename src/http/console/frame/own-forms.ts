import { isIP } from 'node:net'
import type { Context, MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { HttpSettings } from '../../settings.js'

/**
 * Lets through what changes nothing, and what a page of this console sent. Browsers say where a form comes from, and only
 * browsers hold a person's session: what names no origin at all is a program with its own password, and is let through.
 * Throws 403.
 */
export const ownFormsOnly =
  ({ publicUrl }: HttpSettings): MiddlewareHandler =>
  async (c, next) => {
    if (!SAFE_METHODS.has(c.req.method) && !isOwn(c, publicUrl === null ? null : new URL(publicUrl).origin))
      throw new HTTPException(403, { message: NOT_OURS })
    await next()
  }

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

const NOT_OURS =
  'The form did not come from a page of this console. Open the page again, then send it once more. Where the console has a host name, SEALPOST_PUBLIC_URL must say it.'

/** `Sec-Fetch-Site` (Fetch Metadata, 2.3) decides where a browser sends it: over https and to loopback. */
const isOwn = (c: Context, publicOrigin: string | null): boolean => {
  const [site, origin] = [c.req.header('sec-fetch-site'), c.req.header('origin')]
  if (site !== undefined) return site === 'same-origin'
  if (origin === undefined) return true
  return origin === publicOrigin || (origin === new URL(c.req.url).origin && isNobodysName(new URL(origin).hostname))
}

/**
 * A page of a stranger whose name he lets lead to this machine (DNS rebinding) has the same origin as our answers to it.
 * An address cannot be made to lead elsewhere, nor can localhost (RFC 6761, 6.3).
 */
const isNobodysName = (host: string): boolean =>
  isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0 || host === 'localhost' || host.endsWith('.localhost')
