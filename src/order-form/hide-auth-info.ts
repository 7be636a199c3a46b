/** Lines that give an AuthInfo, wherever they stand: outside of the marks somebody may have kept an older form. */
const AUTH_INFO = /^(\s*DOMAIN_AUTHINFO=")[^"\r\n]+/gm

/** Stands where the password of a domain was, as in the order (core/views.ts). */
const HIDDEN = '***'

/** The form without the password of its domain; all other octets as they were, of whatever encoding. */
export const hideAuthInfo = (octets: Buffer): Buffer =>
  Buffer.from(octets.toString('latin1').replace(AUTH_INFO, `$1${HIDDEN}`), 'latin1')
