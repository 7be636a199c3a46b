import type { KeySpans } from '../../../core/key-windows.js'
import type { KeyReport, KeyUse, ListedKey } from '../../../flows/list-keys.js'
import { NeedsAttention } from '../frame/attention.js'
import { ConnectionLink, Empty, Time } from '../frame/parts.js'
import type { TimeWords } from '../frame/words.js'
import { KeyTimeLine, ROLES } from './key-time-line.js'
import { rehearsalPath } from './rehearsal-page.js'

export type KeysPageProps = {
  report: KeyReport
  /** Of connections where one key follows another. */
  windows: readonly { connection: string; title: string; spans: readonly KeySpans[] }[]
  words: TimeWords
}

export const KeysPage = ({ report, windows, words }: KeysPageProps) => (
  <>
    <div class="head">
      <h1>Keys</h1>
      <div class="buttons">
        <a class="button main" href="/keys/generate">
          Make a key
        </a>
        <a class="button" href="/keys/import">
          Import a key
        </a>
      </div>
    </div>
    <NeedsAttention items={report.notices} />
    <section class="card" aria-label="Files">
      {report.keys.length === 0 ? (
        <Empty>The keys folder is empty. Make a key to sign with, and import what the registry gave you.</Empty>
      ) : (
        <KeyTable keys={report.keys} words={words} />
      )}
    </section>
    {windows.map(({ connection, title, spans }) => (
      <section class="card" aria-labelledby={`windows-${connection}`}>
        <h2 id={`windows-${connection}`}>
          Over time: <ConnectionLink id={connection} label={title} />
        </h2>
        {spans.map((one) => (
          <>
            <h3>{sentenceCase(ROLES[one.role])}</h3>
            <KeyTimeLine spans={one} words={words} />
          </>
        ))}
        <p>
          <a href={rehearsalPath({ id: connection, title })}>Rehearse a change of keys</a>
        </p>
      </section>
    ))}
  </>
)

const sentenceCase = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`

const KeyTable = ({ keys, words }: { keys: readonly ListedKey[]; words: TimeWords }) => (
  <div class="scroll">
    <table class="stack">
      <thead>
        <tr>
          <th scope="col">File</th>
          <th scope="col">Kind</th>
          <th scope="col">Used by</th>
          <th scope="col">Ends</th>
          <th scope="col">For others</th>
        </tr>
      </thead>
      <tbody>
        {keys.map((key) => (
          <KeyRow listed={key} words={words} />
        ))}
      </tbody>
    </table>
  </div>
)

const KeyRow = ({ listed: { file, key, uses, problem }, words }: { listed: ListedKey; words: TimeWords }) => (
  <tr>
    <th scope="row">
      {file}
      {key === null ? null : <p class="meta mono">{key.fingerprint}</p>}
      {problem === null ? null : (
        <p class="meta">
          <span class="badge bad">Of no use</span> {problem}
        </p>
      )}
    </th>
    <td data-label="Kind">
      {key === null ? kindOfUnread(uses, problem) : kindWords(key)}
      {key === null || key.userIds.length === 0 ? null : <p class="meta">{key.userIds.join(', ')}</p>}
    </td>
    <td data-label="Used by">
      {uses.length === 0 ? <span class="soft">none</span> : uses.map((use) => <Use use={use} />)}
    </td>
    <td data-label="Ends">
      {key?.expiresAt == null ? (
        <span class="soft">{key === null ? '' : 'never'}</span>
      ) : (
        <Time at={key.expiresAt} words={words} />
      )}
    </td>
    <td data-label="For others">
      {key === null ? (
        ''
      ) : (
        <a href={`/keys/${encodeURIComponent(file)}/public`}>
          public half<span class="unseen"> of {file}</span>
        </a>
      )}
    </td>
  </tr>
)

const Use = ({ use }: { use: KeyUse }) => (
  <p class="meta">
    {PURPOSES[use.for]} <ConnectionLink id={use.connection} label={use.title} />
  </p>
)

const PURPOSES = {
  signing: 'signs for',
  trust: 'vouches for the registry of',
  relay: 'vouches for the mail server of',
  dkim: 'vouches by DKIM for',
} as const

const kindWords = ({ format, secret, ca, algorithm }: NonNullable<ListedKey['key']>): string =>
  format === 'openpgp'
    ? `OpenPGP ${secret ? 'private' : 'public'} key, ${algorithm}`
    : `${ca ? "Authority's certificate" : 'Certificate'}${secret ? ' with its private key' : ''}, ${algorithm}`

const kindOfUnread = (uses: readonly KeyUse[], problem: string | null): string => {
  if (problem !== null) return 'no key that can be read'
  return uses.some((use) => use.for === 'dkim') ? 'private key for DKIM' : 'certificates of authorities'
}
