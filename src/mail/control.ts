const TAB = 0x09
const LF = 0x0a
const CR = 0x0d

/**
 * Where the first octet stands that no text of a mail needs: NUL and the other control characters besides TAB, CRLF and
 * LF, DEL, and a CR that no LF follows; -1 where there is none.
 */
export const indexOfControl = (bytes: Uint8Array): number =>
  bytes.findIndex((byte, at) => {
    if (byte === CR) return bytes[at + 1] !== LF
    return (byte < 0x20 && byte !== TAB && byte !== LF) || byte === 0x7f
  })

/**
 * What is wrong with a mail's octets as lines, as the end of a sentence about it; null where each line ends with CRLF, or
 * each with LF, or, where they may be `mixed`, with either.
 *
 * Nothing but CRLF ends a line in SMTP (RFC 5321, 2.3.8), and servers that disagree about the rest let mails be smuggled
 * in behind others. Delivery agents, on the other hand, hand over whole mails with LF. The octets tell the two apart: all
 * that came by SMTP ends with the CRLF before the final dot (RFC 5321, 4.1.1.4), so a bare LF in it is always one among
 * CRLFs.
 */
export const lineEndProblem = (bytes: Uint8Array, { mixed } = { mixed: false }): string | null => {
  let [crlf, lf] = [false, false]
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at]
    if (byte === 0) return `has a control character (NUL, octet ${at})`
    if (byte === CR && bytes[at + 1] !== LF) return `has a control character (a CR without LF, octet ${at})`
    if (byte !== LF) continue
    if (bytes[at - 1] === CR) crlf = true
    else lf = true
    if (crlf && lf && !mixed) return `has lines that end with CRLF and lines that end with LF alone (octet ${at})`
  }
  return null
}

/** True for text with a control character of any kind, or a separator that some programs take for a line end. */
export const hasControl = (text: string): boolean =>
  [...text].some((character) => {
    const code = character.charCodeAt(0)
    return code < 0x20 || (code >= 0x7f && code <= 0x9f) || code === 0x2028 || code === 0x2029
  })
