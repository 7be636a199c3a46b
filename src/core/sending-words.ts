import type { Connection, MailConnection } from './connection.js'

type Sending = Pick<MailConnection, 'title' | 'relay' | 'dkim'>

/** A sentence for a connection whose requests go to a registry's mail server with nobody to vouch for them; else null. */
export const unvouchedWords = ({ title, relay, dkim }: Sending): string | null =>
  relay !== null || dkim !== null
    ? null
    : `the connection "${title}" sends to the registry's mail servers without DKIM, which many of them refuse or put aside: make a key and name it in dkim (docs/sending.md)`

/** A sentence for a connection that sends nothing now; null for the others. */
export const pausedWords = ({ title, paused }: Pick<Connection, 'title' | 'paused'>): string | null =>
  paused ? `the connection "${title}" is paused: its requests wait until somebody resumes it` : null

/** A sentence for a connection that mails nothing, so that nobody looks for its keys; null for the others. */
export const unmailedWords = ({ title, channel }: Pick<Connection, 'title' | 'channel'>): string | null =>
  channel === 'mail'
    ? null
    : `the connection "${title}" mails nothing: its requests ${UNMAILED[channel]}, and keys, trust and addresses do not apply to it`

const UNMAILED = { people: 'are tickets for people', https: 'are calls of a server' }
