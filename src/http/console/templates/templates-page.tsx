import type { Action } from '../../../core/action.js'
import type { Connection } from '../../../core/connection.js'
import type { Problem } from '../../../core/errors.js'
import type { Profile, TemplateInUse } from '../../../profiles/profile.js'
import { Wrongs } from '../frame/form-parts.js'
import { Empty, Facts } from '../frame/parts.js'

export type TemplatesPageProps = {
  profiles: readonly { profile: Profile; templates: readonly { action: Action; found: TemplateInUse | null }[] }[]
  looked: { problems: readonly Problem[]; changed: readonly string[] }
  folder: string | null
}

export const TemplatesPage = ({ profiles, looked: { problems, changed }, folder }: TemplatesPageProps) => (
  <>
    <h1>Templates</h1>
    <p class="lead">
      The wording of requests. Copies in <code>{folder ?? 'SEALPOST_TEMPLATES'}</code> take the place of those that come
      with the gateway. They are files: change them there, and start the gateway again.
    </p>
    {problems.length === 0 ? null : (
      <Wrongs text="The files as they are now would keep the gateway from starting:" problems={problems} />
    )}
    {changed.length === 0 ? null : (
      <div class="note busy" role="status">
        <p>Changed since the gateway was started, and not in use yet: {changed.join(', ')}.</p>
      </div>
    )}
    {profiles.map(({ profile, templates }) => (
      <section class="card" aria-labelledby={`profile-${profile.id}`}>
        <h2 id={`profile-${profile.id}`}>{profile.title}</h2>
        {templates.length === 0 ? (
          <Empty>None.</Empty>
        ) : (
          <ul class="plain">
            {templates.map(({ action, found }) => (
              <li>
                <a href={templatePath(profile.id, action)}>{action}</a>{' '}
                <span class={`badge ${found?.own === true ? 'busy' : 'idle'}`}>
                  {found?.own === true ? 'your copy' : 'built in'}
                </span>
              </li>
            ))}
          </ul>
        )}
      </section>
    ))}
  </>
)

export const templatePath = (profile: string, action: string): string =>
  `/templates/${encodeURIComponent(profile)}/${encodeURIComponent(action)}`

export type TemplatePageProps = {
  profile: Profile
  action: Action
  found: TemplateInUse
  folder: string | null
  connections: readonly Connection[]
  chosen: { connection: string; order: string }
  /** What was asked for; null where nothing was. */
  preview: { text: string; problem: null } | { text: null; problem: string } | null
}

export const TemplatePage = ({ profile, action, found, folder, connections, chosen, preview }: TemplatePageProps) => (
  <>
    <h1>
      {profile.title}: {action}
    </h1>
    <section class="card" aria-labelledby="use">
      <h2 id="use">In use</h2>
      <Facts
        facts={[
          ['File', <code>{found.file}</code>],
          ['Whose', found.own ? 'your copy' : 'comes with the gateway'],
        ]}
      />
      <pre>{found.source}</pre>
      {found.own || folder === null ? null : (
        <>
          <p>To have your own, copy it, change the copy, and start the gateway again:</p>
          <pre>{`mkdir -p ${folder}/${profile.id}\ncp ${found.file} ${folder}/${profile.id}/`}</pre>
        </>
      )}
    </section>
    {profile.channel === 'mail' ? (
      <section class="card" aria-labelledby="preview">
        <h2 id="preview">Preview</h2>
        {connections.length === 0 ? (
          <Empty>No connection has this profile yet: a preview is signed by the key of one.</Empty>
        ) : (
          <form class="filter" method="get" action={templatePath(profile.id, action)}>
            <div>
              <label for="connection">Connection</label>
              <select id="connection" name="connection">
                {connections.map(({ id, title }) => (
                  <option value={id} selected={id === chosen.connection}>
                    {title}
                  </option>
                ))}
              </select>
            </div>
            <div class="wide">
              <label for="order">Order (its id; empty: a sample)</label>
              <input id="order" name="order" value={chosen.order} maxlength={64} />
            </div>
            <button type="submit">Show the mail</button>
          </form>
        )}
        <p class="meta">
          What would differ from the last mail of this action that the registry accepted:{' '}
          <a href="/bench/templates">the replay bench</a>.
        </p>
        {preview?.problem == null ? null : (
          <p class="note bad" role="alert">
            {preview.problem}
          </p>
        )}
        {preview?.text == null ? null : (
          <>
            <p class="meta">
              As it would be signed and sent now. Nothing was sent; an AuthInfo of an order is covered.
            </p>
            <pre>{preview.text}</pre>
          </>
        )}
      </section>
    ) : null}
  </>
)
