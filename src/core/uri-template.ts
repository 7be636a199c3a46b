import { type Checked, ok, wrong } from './errors.js'

/** RFC 6570, 2.2 and 2.3: an operator, and names with a prefix of some characters or an asterisk, such as `{?domain}`. */
const NAME = '[A-Za-z0-9_]+(?:\\.[A-Za-z0-9_]+)*(?::[1-9][0-9]{0,3}|\\*)?'
const EXPRESSION = `\\{[+#./;?&]?${NAME}(?:,${NAME})*\\}`
/** RFC 6570, 2.1, in ASCII: no blank, quotation mark, apostrophe, `<`, `>`, `\`, `^`, grave accent or `|`. */
const LITERAL = '[!#$&(-;=?-[\\]_a-z~]|%[0-9A-Fa-f]{2}'

/**
 * A template of a mail or web address (RFC 6570) in ASCII, such as `mailto:abuse@hoster.example` or
 * `https://hoster.example/abuse{?domain}`.
 */
export const URI_TEMPLATE = new RegExp(`^(?:mailto:|https?://)(?:${LITERAL}|${EXPRESSION})+$`)

/** Characters. */
export const LONGEST_URI_TEMPLATE = 255

/** The template as it is; the problem is a sentence. */
export const parseUriTemplate = (input: string): Checked<string> =>
  input.length <= LONGEST_URI_TEMPLATE && URI_TEMPLATE.test(input) ? ok(input) : wrong({ pointer: '', detail: FORM })

const FORM = `This is no template of an address (RFC 6570); write one like mailto:abuse@hoster.example or https://hoster.example/abuse{?domain}, at most ${LONGEST_URI_TEMPLATE} characters of ASCII.`
