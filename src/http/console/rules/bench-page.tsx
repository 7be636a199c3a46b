import { ACTIONS } from '../../../core/action.js'
import type { Connection } from '../../../core/connection.js'
import type { ComparedRequest, RequestComparison } from '../../../flows/compare-requests.js'
import type { Trial } from '../../../flows/try-rules.js'
import { Button, Choose, Field } from '../frame/form-parts.js'
import { DomainLink, Empty, MailLink, OrderLink, Pages } from '../frame/parts.js'
import { hostWords, type TimeWords } from '../frame/words.js'
import { Differences, trialWords } from './trial-view.js'

type Registries = readonly Pick<Connection, 'id' | 'title'>[]

export type BenchPageProps = { registries: Registries }

/** Where what was is held against what would be; nothing is touched. */
export const BenchPage = ({ registries }: BenchPageProps) => (
  <>
    <h1>Replay bench</h1>
    <p class="lead">
      What the gateway of today would make of what came in and went out before. Nothing is stored, sent or changed.
    </p>
    {registries.length === 0 ? (
      <Empty>No connection sends mails.</Empty>
    ) : (
      <div class="columns">
        <MailsForm registries={registries} />
        <TemplateForm registries={registries} said={{ connection: '', action: 'register', template: '' }} />
      </div>
    )}
  </>
)

const optionsOf = (registries: Registries) => registries.map(({ id, title }) => ({ value: id, label: title }))

const MailsForm = ({ registries }: BenchPageProps) => (
  <section class="card" aria-labelledby="mails">
    <h2 id="mails">Mails that came in</h2>
    <p>Each trusted mail is read again by the profile and the rules of today.</p>
    <form method="get" action="/bench/mails">
      <div class="field">
        <label for="of">Registry of the mails</label>
        <select id="of" name="connection">
          {registries.map(({ id, title }) => (
            <option value={id}>{title}</option>
          ))}
        </select>
      </div>
      <Button>Read mails again</Button>
    </form>
  </section>
)

export type TemplateChoice = { connection: string; action: string; template: string }

const TemplateForm = ({ registries, said }: BenchPageProps & { said: TemplateChoice }) => (
  <section class="card" aria-labelledby="templates">
    <h2 id="templates">Requests that were sent</h2>
    <p>The newest 20 that the registry carried out are written once more by a template, and compared line by line.</p>
    <form method="post" action="/bench/templates" enctype="multipart/form-data">
      <Choose {...{ name: 'connection', label: 'Registry', value: said.connection, options: optionsOf(registries) }} />
      <Choose
        {...{ name: 'action', label: 'Action', value: said.action }}
        options={ACTIONS.map((action) => ({ value: action, label: action }))}
      />
      <Field
        {...{ name: 'template', label: 'Template', value: said.template, rows: 8 }}
        hint="Paste one to try it before it is used; empty for that of today."
      />
      <div class="field">
        <label for="file">Or a template as a file</label>
        <input id="file" name="file" type="file" accept=".liquid,text/plain" />
      </div>
      <Button>Write requests again</Button>
    </form>
  </section>
)

export type BenchMailsPageProps = {
  registry: Pick<Connection, 'id' | 'title'>
  trial: Trial
  cursor: string | null
  words: TimeWords
}

export const BenchMailsPage = ({ registry, trial, cursor, words }: BenchMailsPageProps) => (
  <>
    <h1>Mails of {registry.title}, read again</h1>
    <section class="card" aria-label="Differences">
      <p>{trialWords(trial)}</p>
      <Differences differences={trial.differences} words={words} />
      <Pages path="/bench/mails" query={{ connection: registry.id }} cursor={cursor} next={trial.next} what="mails" />
    </section>
  </>
)

export type BenchTemplatesPageProps = BenchPageProps & {
  said: TemplateChoice
  comparison: RequestComparison | null
  problem: string | null
}

export const BenchTemplatesPage = ({ registries, said, comparison, problem }: BenchTemplatesPageProps) => (
  <>
    <h1>Requests, written again</h1>
    {problem === null ? null : <Problems details={[problem]} />}
    {comparison === null ? null : <Comparison {...comparison} />}
    <TemplateForm registries={registries} said={said} />
  </>
)

const Problems = ({ details }: { details: readonly string[] }) => (
  <div class="note bad" role="alert">
    <ul>
      {details.map((detail) => (
        <li>{detail}</li>
      ))}
    </ul>
  </div>
)

const Comparison = ({ problems, compared }: RequestComparison) => {
  if (problems.length > 0) return <Problems details={problems.map(({ detail }) => detail)} />
  const count = (kind: ComparedRequest['kind']) => compared.filter((one) => one.kind === kind).length
  return (
    <section class="card" aria-labelledby="compared">
      <h2 id="compared">What would be sent</h2>
      <p>
        Of {compared.length} requests {count('same')} would be the same, {count('changed')} would be changed,{' '}
        {count('failed')} would be none any more, and {count('unreadable')} cannot be compared.
      </p>
      <ol class="errors">
        {compared
          .filter(({ kind }) => kind !== 'same')
          .map((one) => (
            <ComparedEntry one={one} />
          ))}
      </ol>
    </section>
  )
}

const KINDS = { same: 'the same', changed: 'changed', failed: 'no request', unreadable: 'cannot be compared' } as const

const ComparedEntry = ({ one: { kind, domain, order, mail, problems, lines } }: { one: ComparedRequest }) => (
  <li>
    <p>
      <DomainLink name={domain} label={hostWords(domain)} />{' '}
      <span class={`badge ${kind === 'failed' ? 'bad' : 'busy'}`}>{KINDS[kind]}</span>{' '}
      <span class="meta">
        <OrderLink id={order} label="order" />
        {mail === null ? null : (
          <>
            {' · '}
            <MailLink id={mail} label="the mail that was sent" />
          </>
        )}
      </span>
    </p>
    {problems.map(({ detail }) => (
      <p>{detail}</p>
    ))}
    {lines.length === 0 ? null : (
      <pre>
        {lines.map(({ kind: line, text }) =>
          line === 'same' ? `  ${text}\n` : line === 'gone' ? <del>- {`${text}\n`}</del> : <ins>+ {`${text}\n`}</ins>,
        )}
      </pre>
    )}
  </li>
)
