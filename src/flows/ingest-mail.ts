import { type HeaderField, readHeader, withoutMboxLine } from '../mail/mime.js'
import { findMailbox, type Mailbox } from './connections.js'
import type { Deps } from './deps.js'
import { receiveMail } from './receive-mail.js'

/** Where mail servers and delivery agents leave the envelope's recipient, the surest first. */
const RECIPIENT_FIELDS = ['x-original-to', 'delivered-to', 'envelope-to', 'to', 'cc']

/**
 * Takes a mail from a delivery agent (Postfix pipe, procmail) that knows no envelope: recipients are looked for in its
 * header, unless it is told them. Which connection it is put to decides nothing by itself, its signature does. A mail for no address of ours is
 * stored too, for a person. Resolves when the octets are on disk.
 */
export const ingestMail = async (
  deps: Deps,
  raw: Buffer,
  envelope: { to?: string | undefined; from?: string | undefined } = {},
): Promise<{ ids: string[] }> => {
  const header = readHeader(withoutMboxLine(raw))
  const fields = header.ok ? header.value.fields : []
  const given = envelope.to === undefined ? [] : [{ name: 'x-original-to', value: envelope.to }]
  const { to, mailbox } = await findRecipient(deps, [...given, ...fields])
  const returnPath = fields.find(({ name }) => name === 'return-path')?.value ?? ''
  const from = addressesIn(envelope.from ?? returnPath)[0] ?? ''
  return receiveMail(deps, { envelope: { from, to: [to] }, raw, targets: [mailbox] })
}

const findRecipient = async (deps: Deps, fields: readonly HeaderField[]): Promise<{ to: string; mailbox: Mailbox }> => {
  for (const wanted of RECIPIENT_FIELDS)
    for (const { name, value } of fields)
      if (name === wanted)
        for (const to of addressesIn(value)) {
          const mailbox = await findMailbox(deps, to)
          if (mailbox !== null) return { to, mailbox }
        }
  return { to: 'unknown', mailbox: { kind: 'postmaster' } }
}

const ADDRESS = /[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}/g

const addressesIn = (value: string): string[] => (value.slice(0, 10_000).match(ADDRESS) ?? []).slice(0, 20)
