/** Writes DER, and DER with mistakes, octet by octet: so that hostile signatures do not come from the code that reads them. */

/** One element: identifier octet, shortest length, and what is inside. */
export const tlv = (tag: number, ...inside: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(inside)
  return Buffer.concat([Buffer.from([tag, ...length(body.length)]), body])
}

const length = (size: number): number[] => {
  if (size < 0x80) return [size]
  const octets: number[] = []
  for (let rest = size; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256)
  return [0x80 + octets.length, ...octets]
}

/** The same element with a length of more octets than it needs. */
export const withLongLength = (element: Buffer): Buffer => {
  const { start } = headerOf(element)
  const body = element.subarray(start)
  return Buffer.concat([Buffer.from([element[0] ?? 0, 0x84]), uint32(body.length), body])
}

/** The same element with an indefinite length, as BER has it. */
export const withIndefiniteLength = (element: Buffer): Buffer => {
  const { start } = headerOf(element)
  return Buffer.concat([Buffer.from([element[0] ?? 0, 0x80]), element.subarray(start), Buffer.from([0, 0])])
}

const uint32 = (value: number): Buffer => {
  const octets = Buffer.alloc(4)
  octets.writeUInt32BE(value)
  return octets
}

/** Where the content of an element starts, and where the element ends. */
export const headerOf = (bytes: Buffer, at = 0): { start: number; end: number } => {
  const first = bytes.readUInt8(at + 1)
  const width = first < 0x80 ? 0 : first - 0x80
  const size = width === 0 ? first : bytes.readUIntBE(at + 2, width)
  return { start: at + 2 + width, end: at + 2 + width + size }
}

/** The elements inside an element, as views. */
export const inside = (element: Buffer): Buffer[] => {
  const all: Buffer[] = []
  const { start, end } = headerOf(element)
  for (let at = start; at < end; ) {
    const next = headerOf(element, at).end
    all.push(element.subarray(at, next))
    at = next
  }
  return all
}

export const sequence = (...elements: readonly Buffer[]): Buffer => tlv(0x30, ...elements)
export const set = (...elements: readonly Buffer[]): Buffer => tlv(0x31, ...elements)
export const sorted = (elements: readonly Buffer[]): Buffer[] => [...elements].sort(Buffer.compare)
export const explicit = (number: number, ...elements: readonly Buffer[]): Buffer => tlv(0xa0 + number, ...elements)
export const octetString = (octets: Buffer): Buffer => tlv(0x04, octets)
export const integer = (...octets: number[]): Buffer => tlv(0x02, Buffer.from(octets))
export const nothing = (): Buffer => tlv(0x05)
export const utcTime = (at: Date): Buffer =>
  tlv(
    0x17,
    Buffer.from(
      at
        .toISOString()
        .replace(/\.\d+Z$/, 'Z')
        .replace(/[-:T]/g, '')
        .slice(2),
    ),
  )
export const generalizedTime = (text: string): Buffer => tlv(0x18, Buffer.from(text))

export const oid = (dotted: string): Buffer => {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return tlv(0x06, Buffer.from([first * 40 + second, ...rest].flatMap(base128)))
}

const base128 = (arc: number): number[] => {
  const octets = [arc % 128]
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) octets.unshift(0x80 + (rest % 128))
  return octets
}
