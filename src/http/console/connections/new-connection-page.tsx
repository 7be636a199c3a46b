import type { Child } from 'hono/jsx'
import type { Problem } from '../../../core/errors.js'
import type { Profile } from '../../../profiles/profile.js'
import { Choose, Field, PickOne, Wrongs } from '../frame/form-parts.js'
import { accountFields, carried, type Draft, STEPS, type Step, schemesOf } from './new-connection-draft.js'

export type NewConnectionProps = {
  step: Step
  steps: readonly Step[]
  draft: Draft
  profiles: readonly Profile[]
  /** Files of the keys folder: ours to sign with, and others'. */
  keys: { own: readonly string[]; others: readonly string[] }
  /** The file as it would be kept. */
  text: string
  problems: readonly Problem[]
}

/** A question of several. What was answered before goes along in hidden fields, and all of it is looked at anew each time. */
export const NewConnectionPage = (props: NewConnectionProps) => {
  const { step, steps, draft, problems } = props
  const at = steps.indexOf(step)
  return (
    <>
      <h1>Add a connection</h1>
      <ol class="steps">
        {steps.map((one) => (
          <li {...(one === step ? { 'aria-current': 'step' as const } : {})}>{STEPS[one].title}</li>
        ))}
      </ol>
      {problems.length === 0 ? null : <Wrongs text="Before it goes on:" problems={problems} />}
      <form class="card" method="post" action="/connections/new" aria-labelledby="step">
        <h2 id="step">{STEPS[step].title}</h2>
        <input type="hidden" name="step" value={step} />
        {carried(draft).map(([name, value]) =>
          shownAt(step, name) ? null : <input type="hidden" name={name} value={value} />,
        )}
        <Questions {...props} />
        <div class="buttons">
          <button class="main" type="submit" name="go" value="next">
            {step === 'review' ? 'Add it in test mode' : 'Next'}
          </button>
          {at === 0 ? null : (
            <button type="submit" name="go" value="back" formnovalidate>
              Back
            </button>
          )}
          {step === 'keys' ? (
            <button class="quiet" type="submit" name="go" value="again" formnovalidate>
              Look into the folder again
            </button>
          ) : null}
        </div>
      </form>
    </>
  )
}

const SHOWN: Record<Step, readonly string[]> = {
  profile: ['profile'],
  names: ['title', 'tlds', 'to', 'test', 'from'],
  keys: ['scheme', 'key', 'passphraseEnv', 'newName', 'newUser', 'trustKey'],
  way: ['replyTo', 'relayHost', 'relayPort', 'relayTls', 'relayUser', 'relayPasswordEnv'],
  policy: ['replyTimeout', 'checkEvery', 'perDay'],
  review: [],
}

const shownAt = (step: Step, name: string): boolean =>
  SHOWN[step].includes(name) || (step === 'policy' && name.startsWith('account.'))

const Questions = (props: NewConnectionProps): Child => {
  const { step, draft } = props
  if (step === 'profile') return <ProfileQuestion {...props} />
  if (step === 'names') return <NameQuestions {...props} />
  if (step === 'keys') return <KeyQuestions {...props} />
  if (step === 'way') return <WayQuestions draft={draft} />
  return step === 'policy' ? <PolicyQuestions {...props} /> : <Review text={props.text} />
}

const ProfileQuestion = ({ profiles, draft }: NewConnectionProps) => (
  <PickOne
    name="profile"
    legend="Which registry or protocol"
    value={draft.profile === '' ? (profiles[0]?.id ?? null) : draft.profile}
    options={profiles.map(({ id, title, channel }) => ({
      value: id,
      label: (
        <>
          {title}: {CHANNEL_WORDS[channel]} <span class="meta">docs/registries/{id}.md</span>
        </>
      ),
    }))}
  />
)

const CHANNEL_WORDS = { mail: 'signed mails', people: 'tickets for people', https: 'calls of its server' }

const NameQuestions = ({ draft, steps }: NewConnectionProps) => (
  <>
    <Field
      name="title"
      label="Title"
      hint="What you call it; no two have the same."
      value={draft.title}
      maxlength={100}
    />
    <Field
      name="tlds"
      label="TLDs"
      hint="Divided by blanks, such as de co.uk. Empty: orders have to name it."
      value={draft.tlds}
    />
    {steps.includes('way') ? (
      <>
        <Field
          name="to"
          label="Live address of the registry"
          type="email"
          hint="Nothing goes there in test mode."
          value={draft.to}
        />
        <Field
          name="test"
          label="Test address of the registry"
          type="email"
          hint="Its test system, or a simulator: sealpost simulate."
          value={draft.test}
        />
        <Field
          name="from"
          label="From"
          type="email"
          hint="The sender that the registry knows you by."
          value={draft.from}
        />
      </>
    ) : null}
  </>
)

const KeyQuestions = ({ draft, keys, profiles }: NewConnectionProps) => (
  <>
    <Choose
      name="scheme"
      label="How requests are signed"
      value={draft.scheme}
      options={schemesOf(profiles.find(({ id }) => id === draft.profile)).map((value) => ({ value, label: value }))}
    />
    <Choose
      name="key"
      label="Your key"
      none="Make a new one, as said below"
      value={draft.key}
      options={keys.own.map((value) => ({ value, label: value }))}
    />
    <Field
      name="passphraseEnv"
      label="Variable with its passphrase"
      hint="The name of an environment variable of the gateway. Empty: it has none."
      value={draft.passphraseEnv}
    />
    <Field
      name="newName"
      label="Name of a new key"
      hint="Only where a new one is to be made: such as hoster-main."
      value={draft.newName}
    />
    <Field
      name="newUser"
      label="Whose the new key is"
      hint="Hoster domains <domains@hoster.example>. Empty: the address in From."
      value={draft.newUser}
    />
    <Choose
      name="trustKey"
      label="Key of the registry"
      none="None yet"
      value={draft.trustKey}
      options={keys.others.map((value) => ({ value, label: value }))}
    />
    <p class="meta">
      What is missing can be{' '}
      <a href="/keys/import" target="_blank" rel="noopener">
        imported in another tab
      </a>
      ; then look into the folder again.
    </p>
  </>
)

const WayQuestions = ({ draft }: Pick<NewConnectionProps, 'draft'>) => (
  <>
    <Field
      name="replyTo"
      label="Reply address"
      type="email"
      hint="Of this connection alone; its domain needs an MX that leads to the gateway."
      value={draft.replyTo}
    />
    <Field
      name="relayHost"
      label="Mail server that requests leave by"
      hint="Empty: straight to the registry's own mail servers."
      value={draft.relayHost}
    />
    <Field name="relayPort" label="Its port" value={draft.relayPort} />
    <Choose name="relayTls" label="TLS" value={draft.relayTls} options={TLS} />
    <Field name="relayUser" label="User name" hint="Empty: no login." value={draft.relayUser} />
    <Field
      name="relayPasswordEnv"
      label="Variable with its password"
      hint="The name of an environment variable, never the password."
      value={draft.relayPasswordEnv}
    />
  </>
)

const TLS = [
  { value: 'starttls', label: 'STARTTLS' },
  { value: 'implicit', label: 'from the start' },
  { value: 'none', label: 'none: on this machine alone' },
]

const PolicyQuestions = ({ draft, profiles }: NewConnectionProps) => (
  <>
    {accountFields(profiles.find(({ id }) => id === draft.profile)).map(({ name, type, required }) =>
      type === 'boolean' ? (
        <Choose
          name={`account.${name}`}
          label={`Account: ${name}`}
          none="Not said"
          value={draft.account[name] ?? ''}
          options={[
            { value: 'yes', label: 'yes' },
            { value: 'no', label: 'no' },
          ]}
        />
      ) : (
        <Field
          name={`account.${name}`}
          label={`Account: ${name}`}
          hint={required ? 'Needed.' : 'May be empty.'}
          value={draft.account[name] ?? ''}
        />
      ),
    )}
    <Field
      name="replyTimeout"
      label="A reply is awaited for"
      hint="Such as 5d: s, m, h or d."
      value={draft.replyTimeout}
    />
    <Field name="checkEvery" label="An open order is looked at every" hint="Such as 1h." value={draft.checkEvery} />
    <Field
      name="perDay"
      label="Requests in 24 hours at most"
      hint="Empty: as many as there are."
      value={draft.perDay}
    />
  </>
)

const Review = ({ text }: { text: string }) => (
  <>
    <p>
      This is its file: keep it, to add it again elsewhere. Everything in it can be changed later but the profile and
      the reply address.
    </p>
    <pre>{text}</pre>
    <p>
      It begins in test mode. Its page shows what is to be done before it goes live: test the way, let one order pass.
    </p>
  </>
)
