const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?'
const ADDRESS = new RegExp(`^${ATOM}(?:\\.${ATOM})*@${LABEL}(?:\\.${LABEL})*$`)

/** Octets of the longest address that SMTP has to carry, its brackets left out (RFC 5321, 4.5.3.1.3). */
const LONGEST = 254

/** One addr-spec of ASCII (RFC 5322, 3.4.1, without quoted strings and literals): it can never become a list or a group. */
export const isMailAddress = (text: string): boolean => text.length <= LONGEST && ADDRESS.test(text)
