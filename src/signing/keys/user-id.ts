import { Refusal } from '../../core/errors.js'
import { hasControl } from '../../mail/control.js'

/** Whose a key is: `Hoster domains <domains@hoster.example>`. The name may be empty. */
export type UserId = { name: string; email: string }

const ADDRESS = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$/

/** The longest name that a certificate takes (RFC 5280, A.1: ub-common-name). */
const MAX_NAME = 64

/** Reads a user id, or a plain address. Throws a `Refusal` that says what is wrong with it. */
export const parseUserId = (text: string): UserId => {
  const parts = /^(?:([^<>]*?)\s*<([^<>\s]+)>|([^<>\s]+))$/.exec(text.trim())
  const [, name = '', inBrackets, alone] = parts ?? []
  const email = inBrackets ?? alone ?? ''
  if (hasControl(text)) throw refused('has a control character')
  if (!ADDRESS.test(email)) throw refused('is no name with a mail address')
  if (name.length > MAX_NAME) throw refused(`has a name of more than ${MAX_NAME} characters`)
  return { name, email }
}

const refused = (detail: string): Refusal =>
  new Refusal('invalid', `The user id ${detail}: give one such as "Hoster domains <domains@hoster.example>".`)
