import type { Profile } from '../../../profiles/profile.js'
import { ConnectionLink, Empty, ModeBadge, Time } from '../frame/parts.js'
import { durationWords, type TimeWords } from '../frame/words.js'
import type { ConnectionRow } from './read-connections.js'

export type ConnectionsPageProps = {
  rows: readonly ConnectionRow[]
  profiles: ReadonlyMap<string, Profile>
  mayChange: boolean
  words: TimeWords
}

export const ConnectionsPage = ({ rows, profiles, mayChange, words }: ConnectionsPageProps) => (
  <>
    <div class="head">
      <h1>Connections</h1>
      {mayChange ? (
        <a class="button main" href="/connections/new">
          Add a connection
        </a>
      ) : null}
    </div>
    <section class="card" aria-label="List">
      {rows.length === 0 ? (
        <Empty>None yet: a connection is one account at one registry.</Empty>
      ) : (
        <div class="scroll">
          <table class="stack">
            <thead>
              <tr>
                <th scope="col">Title</th>
                <th scope="col">Profile</th>
                <th scope="col">TLDs</th>
                <th scope="col">Mode</th>
                <th scope="col">First key ends</th>
                <th scope="col">Open orders</th>
                <th scope="col">Usual reply</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row row={row} title={profiles.get(row.connection.profile)?.title ?? null} words={words} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  </>
)

const Row = ({ row, title, words }: { row: ConnectionRow; title: string | null; words: TimeWords }) => {
  const { connection, warnings, keyEnd, openOrders, usual } = row
  return (
    <tr>
      <th scope="row">
        <ConnectionLink id={connection.id} label={connection.title} />
        <Warnings warnings={warnings} />
      </th>
      <td data-label="Profile">{title ?? connection.profile}</td>
      <td data-label="TLDs">{connection.tlds.join(', ') || 'by name only'}</td>
      <td data-label="Mode">
        <ModeBadge mode={connection.mode} paused={connection.paused} />
      </td>
      <td data-label="First key ends">
        {keyEnd === null ? <span class="soft">never</span> : <Time at={keyEnd.toISOString()} words={words} />}
      </td>
      <td data-label="Open orders" class="number">
        {String(openOrders)}
      </td>
      <td data-label="Usual reply">
        {usual === null ? <span class="soft">none yet</span> : `${durationWords(usual.p50)} (${usual.action})`}
      </td>
    </tr>
  )
}

const Warnings = ({ warnings }: Pick<ConnectionRow, 'warnings'>) =>
  warnings.length === 0 ? null : (
    <ul class="plain meta">
      {warnings.map(({ level, text }) => (
        <li>
          <span class={`badge ${level === 'error' ? 'bad' : 'busy'}`}>{level === 'error' ? 'Error' : 'Warning'}</span>{' '}
          {text}
        </li>
      ))}
    </ul>
  )
