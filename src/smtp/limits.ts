/** What a client of the listener may use up. Sizes are octets, times milliseconds. */
export type Limits = {
  /** Of one mail; announced by SIZE (RFC 1870). At twice this the connection is cut. */
  size: number
  /** Of one mail. */
  recipients: number
  /** `Received:` header fields of a mail that does not run in circles (RFC 5321, 6.3). */
  hops: number
  /** For a session without a mail; each stored mail starts it anew. Holds however many octets trickle in. */
  session: number
  /** Octets a second while a message is being sent, measured over each `rateWindow`. */
  rate: number
  rateWindow: number
  /** Of all mails together that are being received or stored. */
  buffered: number
  /** For what is under way when the listener closes. */
  close: number
}

export const LIMITS: Limits = {
  size: 10 * 1024 * 1024,
  recipients: 10,
  hops: 30,
  session: 300_000,
  rate: 500,
  rateWindow: 20_000,
  buffered: 256 * 1024 * 1024,
  close: 8_000,
}

/**
 * Why a further client from this address is turned away, or null. Loopback is never limited: behind it stands our own
 * relay, or the simulator, with everybody's mail.
 */
export const refuseClient = (input: { address: string; alreadyOpen: number; perAddress: number }): string | null =>
  isLoopback(input.address) || input.alreadyOpen < input.perAddress
    ? null
    : `4.7.0 ${input.address} has ${input.alreadyOpen} connections open and may have ${input.perAddress}; close some`

/** 127.0.0.0/8 (RFC 1122, 3.2.1.3) and ::1 (RFC 4291, 2.5.3), also mapped into IPv6. */
export const isLoopback = (address: string): boolean =>
  /^(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/i.test(address) || address === '::1'

/** How many servers say in the header that they passed the mail on. */
export const countHops = (raw: Buffer): number => {
  const ends = [raw.indexOf('\r\n\r\n'), raw.indexOf('\n\n')].filter((at) => at >= 0)
  const header = raw.subarray(0, ends.length === 0 ? raw.length : Math.min(...ends))
  return header.toString('latin1').match(/^received[ \t]*:/gim)?.length ?? 0
}
