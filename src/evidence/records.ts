/**
 * Words of this folder. A bundle is a set of files about one domain or one order that somebody without the gateway can
 * read and verify. Everything here is pure: the flow loads what is told, and these files say how.
 */
import type { ActionEntry } from '../core/action-log.js'
import type { CheckpointKey } from '../core/checkpoint.js'
import type { Mail } from '../core/mail.js'
import type { Order } from '../core/order.js'
import type { Request } from '../core/request.js'
import type { KeyFormat } from '../signing/scheme.js'

/** A file of a bundle, under its path there. */
export type BundleFile = { name: string; content: Buffer }

/** What a bundle is about; `order` is null for a whole domain. */
export type Subject = { domain: string; unicodeName: string; order: string | null }

/**
 * A link of the log's chain. An entry that is not about the subject is there by its digest alone, and one of an older
 * version, whose hash has no digest in it, by its hash.
 */
export type Link =
  | { kind: 'own'; entry: ActionEntry }
  | { kind: 'other'; id: string; digest: string }
  | { kind: 'other-old'; id: string; hash: string }

/** The log from the first entry about the subject to its end; `before` is the hash that the first link follows. */
export type Segment = { before: string; links: Link[]; head: { id: string; hash: string; at: Date } | null }

/** A mail and its octets, or a sentence that says why they are not here. */
export type HeldMail = { mail: Mail; octets: { kind: 'here'; raw: Buffer } | { kind: 'gone'; reason: string } }

/** A public key or certificate as text. `ca`: the certificate of an authority that a connection pins. */
export type UsedKey = {
  whose: 'registry' | 'ours'
  file: string
  format: KeyFormat
  fingerprint: string
  ca: boolean
  userIds: string[]
  text: string
}

export type Evidence = {
  subject: Subject
  source: string
  segment: Segment
  /** `form`: that it was read from, without the password of the domain; null where there is none. */
  orders: { order: Order; requests: Request[]; form: Buffer | null }[]
  /** Oldest first. */
  mails: HeldMail[]
  keys: UsedKey[]
  checkpoints: CheckpointKey
}

/** The entries about the subject, in the order of the log. */
export const ownEntries = ({ links }: Segment): ActionEntry[] =>
  links.flatMap((link) => (link.kind === 'own' ? [link.entry] : []))
