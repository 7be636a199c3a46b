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

/** True for text with a control character of any kind, or a separator that some programs take for a line end. */
export const hasControl = (text: string): boolean =>
  [...text].some((character) => {
    const code = character.charCodeAt(0)
    return code < 0x20 || (code >= 0x7f && code <= 0x9f) || code === 0x2028 || code === 0x2029
  })
