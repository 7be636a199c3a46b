const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?'
const ADDRESS = new RegExp(`^${ATOM}(?:\\.${ATOM})*@${LABEL}(?:\\.${LABEL})*$`)

/** Octets of the longest address that SMTP has to carry, its brackets left out (RFC 5321, 4.5.3.1.3). */
const LONGEST = 254

/** One addr-spec of ASCII (RFC 5322, 3.4.1, without quoted strings and literals): it can never become a list or a group. */
export const isMailAddress = (text: string): boolean => text.length <= LONGEST && ADDRESS.test(text)

/**
 * The address of a header field with one mailbox (RFC 5322, 3.4), in lower case: `a@b.example`, `Name <a@b.example>` or
 * `"Name" <a@b.example>`. Null for anything else: lists, groups, comments, and names that could be taken for an address.
 */
export const singleAddress = (value: string): string | null => {
  const [, named, bare] = ONE_MAILBOX.exec(value.trim()) ?? []
  const address = named ?? bare ?? ''
  return isMailAddress(address) ? address.toLowerCase() : null
}

const ONE_MAILBOX = /^(?:(?:[^"<>@,;:()\\]*|"[^"<>@\\]*"[ \t]*)<([^<>\s]+)>|([^<>\s]+))$/
