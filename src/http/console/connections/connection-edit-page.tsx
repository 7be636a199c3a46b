import type { Connection } from '../../../core/connection.js'
import type { Problem } from '../../../core/errors.js'
import { Button, Field, Wrongs } from '../frame/form-parts.js'
import { type ConnectionFields, PLACES } from './connection-fields.js'
import { pathOf } from './connection-page.js'

export type ConnectionEditProps = {
  connection: Connection
  fields: ConnectionFields
  /** All of it as YAML. */
  text: string
  /** Of what the form shows: what is sent for something else by then is refused. */
  seen: string
  wrong: { text: string; problems: readonly Problem[] } | null
}

export const ConnectionEditPage = (props: ConnectionEditProps) => {
  const { connection, text, seen, wrong } = props
  return (
    <>
      <h1>Change {connection.title}</h1>
      {wrong === null ? null : <Wrongs {...wrong} />}
      <div class="columns">
        <section class="card" aria-labelledby="usual">
          <h2 id="usual">What changes most</h2>
          <form method="post" action={`${pathOf(connection)}/edit`}>
            <input type="hidden" name="seen" value={seen} />
            <UsualFields {...props} />
            <Button kind="main">Save</Button>
          </form>
        </section>
        <section class="card" aria-labelledby="file">
          <h2 id="file">The whole connection</h2>
          <form method="post" action={`${pathOf(connection)}/file`}>
            <input type="hidden" name="seen" value={seen} />
            <Field
              name="file"
              label="Its file, as YAML or JSON"
              hint="Whatever is taken out of it is taken out of the connection. The profile and the reply address stay. Passphrases and passwords are never in it, only the variables that hold them."
              rows={28}
              value={text}
            />
            <Button kind="main">Save the file</Button>
          </form>
        </section>
      </div>
    </>
  )
}

const UsualFields = ({ fields, wrong }: Pick<ConnectionEditProps, 'fields' | 'wrong'>) => (
  <>
    {FIELDS.map(({ name, label, hint }) => (
      <Field
        {...{ name, label, hint }}
        value={fields[name]}
        problem={wrong?.problems.find(({ pointer }) => isAt(pointer, PLACES[name]))?.detail}
      />
    ))}
  </>
)

const isAt = (pointer: string, place: string): boolean => pointer === place || pointer.startsWith(`${place}/`)

const FIELDS: readonly { name: keyof ConnectionFields; label: string; hint: string }[] = [
  { name: 'title', label: 'Title', hint: 'No two connections have the same.' },
  {
    name: 'tlds',
    label: 'TLDs',
    hint: 'A-labels, divided by blanks, such as de co.uk. Empty: orders have to name it.',
  },
  { name: 'replyTimeout', label: 'A reply is awaited for', hint: 'Such as 5d: s, m, h or d.' },
  { name: 'checkEvery', label: 'An open order is looked at every', hint: 'Such as 1h.' },
  { name: 'perDay', label: 'Requests in 24 hours at most', hint: 'Empty: as many as there are.' },
  { name: 'warnDays', label: 'Warn so many days before a domain expires', hint: 'Empty: no warning.' },
  { name: 'renewDays', label: 'Renew so many days before it expires', hint: 'Empty: nothing is renewed by itself.' },
  { name: 'lookup', label: 'Lookup script', hint: 'A path in SEALPOST_SCRIPTS, such as /check.sh. Empty: none.' },
  { name: 'supportName', label: 'Who helps at the registry', hint: 'Shown beside every error.' },
  { name: 'supportEmail', label: 'Their address', hint: 'Such as help@registry.example.' },
]
