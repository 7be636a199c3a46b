import type { OrderView } from '../../../core/views.js'
import { Confirm, Field } from '../frame/form-parts.js'
import type { TimeWords } from '../frame/words.js'
import { DECISIONS, VERBS, type Verb } from './order-decisions.js'

/** Buttons for what applies to an order, each of which says what it will do first. `back`: the page that they are on. */
export const OrderActions = ({ order, back, words }: { order: OrderView; back: string; words: TimeWords }) => (
  <div class="buttons">
    {VERBS.filter((verb) => DECISIONS[verb].applies(order)).map((verb) => (
      <Confirm
        action={`/orders/${encodeURIComponent(order.id)}/${verb}`}
        label={DECISIONS[verb].label}
        danger={DECISIONS[verb].danger}
      >
        <input type="hidden" name="back" value={back} />
        <p>{DECISIONS[verb].foretell(order, words)}</p>
        <NoteField verb={verb} of={order.id} />
      </Confirm>
    ))}
  </div>
)

/** With an id of its order and verb: a page may have the buttons of several orders. */
const NoteField = ({ verb, of }: { verb: Verb; of: string }) => {
  const { note } = DECISIONS[verb]
  return note === null ? null : <Field name="note" id={`${verb}-${of}`} label={note} required maxlength={500} />
}

/** Whether anything can be done with it. */
export const canBeDecided = (order: OrderView): boolean => VERBS.some((verb) => DECISIONS[verb].applies(order))
