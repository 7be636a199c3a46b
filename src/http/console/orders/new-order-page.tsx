import type { Child } from 'hono/jsx'
import type { Problem } from '../../../core/errors.js'
import { Wrongs } from '../frame/form-parts.js'
import { carried, type Draft } from './order-draft.js'
import type { PlacedProblems } from './order-problems.js'

/** What is asked one after the other. */
export const STEPS = {
  first: { title: 'What and for whom', next: 'Next' },
  fields: { title: 'What it says', next: 'Show what will be sent' },
  preview: { title: 'Preview', next: 'Place the order' },
} as const

export type Step = keyof typeof STEPS
export const STEP_NAMES = Object.keys(STEPS) as Step[]

/** What a step's fields are drawn with: what was typed, and what is wrong with it. */
export type Answers = { draft: Draft; beside: PlacedProblems['beside'] }

export const answerOf = ({ draft, beside }: Answers, name: string) => ({
  name,
  value: draft[name] ?? '',
  problem: beside[name] ?? null,
})

export type NewOrderPageProps = {
  step: Step
  draft: Draft
  /** Names of the fields that this step asks for. */
  shown: readonly string[]
  /** Beside no field. */
  above: readonly Problem[]
  /** Something is wrong beside fields. */
  marked: boolean
  children: Child
}

/** A step of the order form. What was answered before goes along in hidden fields, and all of it is looked at anew each time. */
export const NewOrderPage = ({ step, draft, shown, above, marked, children }: NewOrderPageProps) => (
  <>
    <h1>New order</h1>
    <ol class="steps">
      {STEP_NAMES.map((one) => (
        <li {...(one === step ? { 'aria-current': 'step' as const } : {})}>{STEPS[one].title}</li>
      ))}
    </ol>
    {above.length === 0 && !marked ? null : (
      <Wrongs
        text={marked ? 'Nothing was ordered. What is wrong stands beside the fields below.' : 'Nothing was ordered:'}
        problems={above}
      />
    )}
    <form class="card" method="post" action="/orders/new" aria-labelledby="step">
      <h2 id="step">{STEPS[step].title}</h2>
      <input type="hidden" name="step" value={step} />
      {carried(draft, shown).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      {children}
      <div class="buttons">
        <button class="main" type="submit" name="go" value="next">
          {STEPS[step].next}
        </button>
        {step === 'first' ? null : (
          <button type="submit" name="go" value="back" formnovalidate>
            Back
          </button>
        )}
      </div>
    </form>
  </>
)
