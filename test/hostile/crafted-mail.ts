/**
 * A mail in the parts that tricks are played on. Everything is text with one character an octet (Latin-1) and LF between
 * lines; `render` makes the octets that travel.
 */
export type CraftedMail = {
  header: string[]
  contentType: string
  encoding: string | null
  body: string
}

export const render = ({ header, contentType, encoding, body }: CraftedMail): Buffer =>
  octets(
    [
      ...header,
      `Content-Type: ${contentType}`,
      ...(encoding === null ? [] : [`Content-Transfer-Encoding: ${encoding}`]),
      '',
      body,
    ].join('\n'),
  )

/** The octets of a text as they travel: CRLF between lines. */
export const octets = (text: string): Buffer => Buffer.from(text.replace(/\r?\n/g, '\r\n'), 'latin1')

export const BOUNDARY = 'hostile-boundary'

/** The body of a multipart with these parts, each with its header. */
export const multipart = (parts: readonly string[], boundary = BOUNDARY): string =>
  [...parts.map((part) => `--${boundary}\n${part}`), `--${boundary}--\n`].join('\n')

/** A leaf of plain text as a part. */
export const textPart = (text: string, type = 'text/plain; charset=utf-8'): string =>
  `Content-Type: ${type}\nContent-Transfer-Encoding: 8bit\n\n${text}`
