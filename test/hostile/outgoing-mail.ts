import { type AddressObject, simpleParser } from 'mailparser'

/** A mail as somebody else's parser reads it. */
export type Outgoing = {
  /** Names of the header fields in their order, in lower case. */
  fields: string[]
  /** Every address of every field that can have one. */
  from: string[]
  to: string[]
  replyTo: string[]
  others: string[]
  /** The keys of the request's lines, in their order. */
  keys: string[]
}

/** Reads a clear-signed request. Throws where its octets are not lines of a mail. */
export const readOutgoing = async (raw: Buffer): Promise<Outgoing> => {
  const octets = raw.toString('latin1')
  if (/\r(?!\n)|(?<!\r)\n|\0/.test(octets) || !octets.endsWith('\r\n')) throw new Error('a CR, LF or NUL stands alone')
  const mail = await simpleParser(raw)
  return {
    fields: mail.headerLines.map(({ key }) => key),
    from: addressesOf(mail.from),
    to: addressesOf(mail.to),
    replyTo: addressesOf(mail.replyTo),
    others: [mail.cc, mail.bcc].flatMap(addressesOf),
    keys: keysOf(mail.text ?? ''),
  }
}

const addressesOf = (found: AddressObject | AddressObject[] | undefined): string[] =>
  [found ?? []].flat().flatMap(({ value }) => value.map(({ address, group }) => (group ? 'a group' : (address ?? ''))))

const keysOf = (text: string): string[] => {
  const [, signed] =
    /^-----BEGIN PGP SIGNED MESSAGE-----\nHash: [A-Z0-9]+\n\n(.*)\n-----BEGIN PGP SIGNATURE-----/s.exec(text) ?? []
  if (signed === undefined) throw new Error('there is no clear-signed text')
  return signed
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => /^([A-Za-z-]+):/.exec(line)?.[1] ?? `no key: ${line}`)
}
