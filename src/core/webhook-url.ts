import { isIP } from 'node:net'
import { type Checked, ok, wrong } from './errors.js'
import { specialUseOf } from './network.js'

/** Whether webhooks may go to private and loopback addresses and by plain http (`SEALPOST_WEBHOOK_PRIVATE`). */
export type PrivateWebhooks = 'refuse' | 'allow'

const LONGEST = 2_000

/**
 * The URL of a webhook as far as it can be judged without a look into the DNS. `URL` writes every form of an IPv4 host
 * (`0x7f.1`, `2130706433`, `0177.1`) as four decimal numbers, so that there is one form to judge.
 */
export const parseWebhookUrl = (text: string, privates: PrivateWebhooks): Checked<URL> => {
  const no = (detail: string) => wrong({ pointer: '/url', detail })
  const url = text.length <= LONGEST && URL.canParse(text) ? new URL(text) : null
  if (url === null) return no('is no URL; give one such as https://billing.example.net/hooks')
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return no(`starts with ${url.protocol}; give an https:// URL`)
  if (url.protocol === 'http:' && privates === 'refuse')
    return no(
      'starts with http:, which anybody on the way can read; give an https:// URL (SEALPOST_WEBHOOK_PRIVATE=allow lets http:// be)',
    )
  if (url.username !== '' || url.password !== '')
    return no('has a user name or password within; leave it out, every call is signed')
  const host = hostOf(url)
  if (isIP(host) === 0 || privates === 'allow') return ok(url)
  const refusal = refusalOf(host)
  return refusal === null ? ok(url) : no(refusal)
}

/** A URL as logs show it: what stands behind the path may be a secret of the receiver's. */
export const shownUrl = (text: string): string => {
  const { origin, pathname } = new URL(text)
  return `${origin}${pathname}`
}

/** The host without the brackets of an IPv6 address. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1')

/** Why no webhook goes to an address; null where it is public. */
export const refusalOf = (address: string): string | null => {
  const use = specialUseOf(address)
  return use === null
    ? null
    : `leads to ${address}, which is ${use}; webhooks go to public addresses only (SEALPOST_WEBHOOK_PRIVATE=allow lets them)`
}
