/**
 * Controls but tabs and line ends, Unicode's own line ends, and byte order marks: what a person does not see in a text, and
 * programs read in different ways. No registry writes them; a text that has one is read by nobody.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this finds
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff]/

/** Lines end in LF or CRLF; a lone CR is unseen too. */
export const hasUnseen = (text: string): boolean => UNSEEN.test(text.replaceAll('\r\n', '\n'))
