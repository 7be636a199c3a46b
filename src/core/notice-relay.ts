import { isMailAddress } from './mail-address.js'

/** The mail server that takes mails to people. */
export type NoticeRelay = {
  host: string
  port: number
  /** `opportunistic`: STARTTLS where it is offered, with whatever certificate. */
  tls: 'opportunistic' | 'starttls' | 'implicit' | 'none'
  login: { user: string; pass: string } | null
}

const FORM = 'give smtp://host:port or smtps://host:port, with user:password@ before the host where it wants a login'

/**
 * Reads a relay as a URL, in the form that nodemailer takes: `smtps:` for TLS from the start, `?requireTLS=true` and
 * `?ignoreTLS=true` beside `smtp:`. A password leaves by TLS alone, unless `ignoreTLS` is said. Throws a sentence, which
 * never repeats the password.
 */
export const readNoticeRelay = (text: string): NoticeRelay => {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '')
    throw new Error(`is no address of a mail server; ${FORM}`)
  if (!['', '/'].includes(url.pathname) || url.hash !== '')
    throw new Error(`has something after the port that is no option; ${FORM}`)
  const implicit = url.protocol === 'smtps:'
  const login = loginOf(url)
  const { requireTls, ignoreTls } = optionsOf(url, implicit)
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (implicit ? 465 : login === null ? 25 : 587) : Number(url.port),
    tls: implicit ? 'implicit' : ignoreTls ? 'none' : requireTls || login !== null ? 'starttls' : 'opportunistic',
    login,
  }
}

const loginOf = ({ username, password }: URL): NoticeRelay['login'] => {
  if (username === '' && password === '') return null
  const [user, pass] = [decoded(username), decoded(password)]
  if (user === null || pass === null)
    throw new Error('has a "%" in its user or password that begins no character; write it as %25')
  if (user === '' || pass === '') throw new Error('has a user without a password, or the other way round; give both')
  return { user, pass }
}

const decoded = (text: string): string | null => {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

const optionsOf = ({ searchParams }: URL, implicit: boolean) => {
  const unknown = [...searchParams.keys()].find((name) => name !== 'requireTLS' && name !== 'ignoreTLS')
  if (unknown !== undefined) throw new Error(`has the option "${unknown}"; known are requireTLS and ignoreTLS`)
  const isSet = (name: string): boolean => {
    const value = searchParams.get(name)
    if (value === null || value === 'true' || value === 'false') return value === 'true'
    throw new Error(`has ${name}=${value}; give true or false`)
  }
  const [requireTls, ignoreTls] = [isSet('requireTLS'), isSet('ignoreTLS')]
  if (ignoreTls && (requireTls || implicit)) throw new Error('asks for TLS and for none; give one of them')
  return { requireTls, ignoreTls }
}

/** One address, for a setting. Throws a sentence. */
export const readMailAddress = (text: string): string => {
  if (isMailAddress(text)) return text
  throw new Error(`has "${text}"; give one plain address, such as sealpost@hoster.example`)
}

/** Addresses divided by commas, each once. Throws a sentence. */
export const readMailAddresses = (text: string): string[] => {
  const addresses = text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
  if (addresses.length === 0) throw new Error('names no address; give one or more, divided by commas')
  return [...new Set(addresses.map(readMailAddress))]
}
