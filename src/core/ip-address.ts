import { isIP } from 'node:net'
import { type Checked, ok, wrong } from './errors.js'

export type Address = { address: string; family: 4 | 6 }

/** The longest text of an IPv6 address is 45 characters; anything much longer is not worth a look. */
const LONGEST = 64

/** Whether a text is an IPv4 or IPv6 address, with or without the brackets of a URL. */
export const isIpAddress = (input: string): boolean =>
  input.length <= LONGEST && isIP(input.replace(/^\[(.*)\]$/, '$1')) !== 0

/**
 * An IPv4 address in dotted decimal, or an IPv6 address in the text form of RFC 5952 (lower case, the longest run of
 * zeros compressed, IPv4-mapped addresses with their dotted end). Zones (`%eth0`) and prefix lengths are refused.
 */
export const parseAddress = (input: string): Checked<Address> => {
  const family = input.length <= LONGEST && !input.includes('%') ? isIP(input) : 0
  if (family === 4) return ok({ address: input, family })
  if (family === 6) return ok({ address: shortest(input), family })
  return wrong({
    pointer: '',
    detail: `${quote(input)} is no IP address; write an IPv4 address like 192.0.2.53 or an IPv6 address like 2001:db8::53.`,
  })
}

/** WHATWG URL serialises IPv6 hosts by the rules of RFC 5952, 4; its section 5 is the part that is missing. */
const shortest = (address: string): string => {
  const text = new URL(`http://[${address}]/`).hostname.slice(1, -1)
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(text)
  if (mapped?.[1] === undefined || mapped[2] === undefined) return text
  const [high, low] = [Number.parseInt(mapped[1], 16), Number.parseInt(mapped[2], 16)]
  return `::ffff:${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
}

const quote = (input: string): string => JSON.stringify(input.length > 60 ? `${input.slice(0, 60)}…` : input)
