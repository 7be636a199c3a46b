import type { MailView } from '../../../core/views.js'
import { Age, Empty, MailLink, makerHref, Pages } from '../frame/parts.js'
import { senderWords, type TimeWords } from '../frame/words.js'
import { MailTabs, registryOf } from './mails-page.js'

export type UnrecognisedPageProps = {
  mails: readonly MailView[]
  registries: ReadonlyMap<string, string>
  mayAct: boolean
  maySeeRules: boolean
  cursor: string | null
  next: string | null
  now: Date
  words: TimeWords
}

/** Signed by a registry and understood by nobody: each waits for a person. */
export const UnrecognisedPage = (props: UnrecognisedPageProps) => (
  <>
    <h1>Mails that were not recognised</h1>
    <MailTabs current="/unrecognised" />
    <section class="card" aria-label="List">
      {props.mails.length === 0 ? (
        <Empty>None: whatever the registries signed was understood.</Empty>
      ) : (
        <ol class="errors">
          {props.mails.map((mail) => (
            <Entry mail={mail} {...props} />
          ))}
        </ol>
      )}
      <Pages path="/unrecognised" query={{}} cursor={props.cursor} next={props.next} what="mails" />
    </section>
  </>
)

const Entry = ({ mail, registries, mayAct, maySeeRules, now, words }: UnrecognisedPageProps & { mail: MailView }) => (
  <li>
    <p>
      <MailLink id={mail.id} label={`Mail from ${senderWords(mail)}`} />{' '}
      <span class="meta">
        {registryOf(mail, registries)} · <Age at={mail.receivedAt} now={now} words={words} /> ago
      </span>
    </p>
    <p>{mail.replies.map(({ text }) => text).join(' ') || (mail.reason ?? 'It says nothing that can be read.')}</p>
    <p class="buttons">
      {mayAct ? <a href={`/mails/${encodeURIComponent(mail.id)}/assign`}>Say what it means</a> : null}
      {maySeeRules && mail.connection !== null ? (
        <a href={makerHref(mail.connection, mail.id)}>Make a rule of it</a>
      ) : null}
    </p>
  </li>
)
