/** What a client of the listener may use up. Sizes are octets, times milliseconds. */
export type Limits = {
  /** Of one mail; announced by SIZE (RFC 1870). At twice this the connection is cut. */
  size: number
  /** Of one mail. */
  recipients: number
  /** `Received:` header fields of a mail that does not run in circles (RFC 5321, 6.3). */
  hops: number
  /** Of one command line. */
  command: number
  /** Commands of a session without a mail, whatever they are; each stored mail starts the count anew. */
  commands: number
  /** For a session without a mail; each stored mail starts it anew. Holds however many octets trickle in. */
  session: number
  /** How long a client without a mail may stay when the door is full and another wants its place. */
  patience: number
  /** Octets a second while a message is being sent, measured over each `rateWindow`. */
  rate: number
  rateWindow: number
  /** Memory for all mails together that are being received or stored. Where it is full the largest that still come leave. */
  buffered: number
  /** For what is under way when the listener closes. */
  close: number
}

export const LIMITS: Limits = {
  size: 10 * 1024 * 1024,
  recipients: 10,
  hops: 30,
  command: 4_096,
  commands: 100,
  session: 300_000,
  patience: 30_000,
  rate: 500,
  rateWindow: 20_000,
  buffered: 256 * 1024 * 1024,
  close: 8_000,
}

/** How many servers say in the header that they passed the mail on. */
export const countHops = (raw: Buffer): number => {
  const ends = [raw.indexOf('\r\n\r\n'), raw.indexOf('\n\n')].filter((at) => at >= 0)
  const header = raw.subarray(0, ends.length === 0 ? raw.length : Math.min(...ends))
  return header.toString('latin1').match(/^received[ \t]*:/gim)?.length ?? 0
}
