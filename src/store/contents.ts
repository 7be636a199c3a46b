import type { Tables, VerifiedContent } from '../ports.js'
import type { Client } from './client.js'
import { type Columns, incoming, inserted, selected } from './records.js'

export const contentsTable = (client: Client): Tables['contents'] => ({
  insert: (content, mailId) => client.together(insertContents, { ...content, mailId }),
})

type Content = VerifiedContent & { mailId: string }

/** Of the same content twice in one call the first has it. */
const insertContents = async (client: Client, contents: readonly Content[]): Promise<boolean[]> => {
  const fresh = new Map<string, Content>()
  for (const content of contents) if (!fresh.has(keyOf(content))) fresh.set(keyOf(content), content)
  const rows = [...fresh.values()]
  const taken = await client.rows<Content>`
    ${inserted(CONTENT_COLUMNS, 'verified_contents', rows)} ORDER BY connection_id, fingerprint, sha256, signed_at
    ON CONFLICT DO NOTHING RETURNING ${selected(CONTENT_COLUMNS, 'verified_contents')}`
  const known =
    taken.length === contents.length
      ? []
      : await client.rows<Content>`
          SELECT ${selected(CONTENT_COLUMNS, 'verified_contents')} FROM verified_contents, ${incoming(CONTENT_COLUMNS, 'verified_contents', rows)}
          WHERE verified_contents.connection_id = new.connection_id AND verified_contents.fingerprint = new.fingerprint
            AND verified_contents.sha256 = new.sha256 AND verified_contents.signed_at = new.signed_at`
  const owners = new Map([...known, ...taken].map((content) => [keyOf(content), content.mailId]))
  return contents.map((content) => owners.get(keyOf(content)) === content.mailId.toLowerCase())
}

const keyOf = ({ connectionId, fingerprint, sha256, signedAt }: VerifiedContent): string =>
  JSON.stringify([connectionId, fingerprint, sha256, signedAt.getTime()])

const CONTENT_COLUMNS = {
  connectionId: 'connection_id',
  fingerprint: 'fingerprint',
  sha256: 'sha256',
  signedAt: 'signed_at',
  mailId: 'mail_id',
} as const satisfies Columns<keyof Content>
