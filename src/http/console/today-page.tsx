import { domainToUnicode } from 'node:url'
import type { ActionView } from '../../core/views.js'
import type { Attention } from '../../flows/read-attention.js'
import { DomainLink, Empty, MailLink, Time } from './parts.js'
import type { TimeWords } from './words.js'

export type TodayPageProps = { errors: readonly ActionView[]; attention: readonly Attention[]; words: TimeWords }

export const TodayPage = ({ errors, attention, words }: TodayPageProps) => (
  <>
    <h1>Today</h1>
    <NewestErrors errors={errors} words={words} />
    <NeedsAttention attention={attention} />
  </>
)

/** Weak trust and keys that need care, for as long as they do; nothing where there is nothing. */
const NeedsAttention = ({ attention }: Pick<TodayPageProps, 'attention'>) =>
  attention.length === 0 ? null : (
    <section class="card" aria-labelledby="attention">
      <h2 id="attention">Needs attention</h2>
      <ol class="errors">
        {attention.map(({ level, text }) => (
          <li>
            <p>
              <span class={`badge ${TONES[level]}`}>{LEVELS[level]}</span> {text}
            </p>
          </li>
        ))}
      </ol>
    </section>
  )

const TONES = { error: 'bad', warning: 'busy', info: 'idle' } as const
const LEVELS = { error: 'Error', warning: 'Warning', info: 'Note' } as const

const NewestErrors = ({ errors, words }: Pick<TodayPageProps, 'errors' | 'words'>) => (
  <section class="card" aria-labelledby="errors">
    <h2 id="errors">Newest errors</h2>
    {errors.length === 0 ? <Empty>None: no error is in the action log.</Empty> : null}
    <ol class="errors">
      {errors.map((error) => (
        <li>
          <p>
            <span class="badge bad">Error</span> {error.text}
          </p>
          <p class="meta">
            <Time at={error.at} words={words} />
            {error.domain === null ? null : (
              <>
                {' · '}
                <DomainLink name={error.domain} label={domainToUnicode(error.domain) || error.domain} />
              </>
            )}
            {' · '}
            {error.event}
            {error.mail === null ? null : (
              <>
                {' · '}
                <MailLink id={error.mail} label="mail" />
              </>
            )}
          </p>
        </li>
      ))}
    </ol>
  </section>
)
