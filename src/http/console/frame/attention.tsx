import type { ActionLevel } from '../../../core/action-log.js'

/** How bad something is, in a word and a colour. */
export const LevelBadge = ({ level }: { level: ActionLevel }) => (
  <span class={`badge ${TONES[level]}`}>{LEVELS[level]}</span>
)

const TONES: Record<ActionLevel, string> = { error: 'bad', warning: 'busy', info: 'idle' }
const LEVELS: Record<ActionLevel, string> = { error: 'Error', warning: 'Warning', info: 'Note' }

/** What somebody should see to on this page; nothing where there is nothing. */
export const NeedsAttention = ({ items }: { items: readonly { level: ActionLevel; text: string }[] }) =>
  items.length === 0 ? null : (
    <section class="card" aria-labelledby="attention">
      <h2 id="attention">Needs attention</h2>
      <ul class="plain">
        {items.map(({ level, text }) => (
          <li>
            <LevelBadge level={level} /> {text}
          </li>
        ))}
      </ul>
    </section>
  )
