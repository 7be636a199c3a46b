import type { Child } from 'hono/jsx'
import type { Problem } from '../../../core/errors.js'

export type FieldProps = {
  /** Of the field in the form. */
  name: string
  /** Its name unless said, for a page with several forms. */
  id?: string
  label: string
  hint?: string
  /** What is wrong with what was sent, and what to do. */
  problem?: string | null | undefined
  value?: string
  type?: 'text' | 'email' | 'url' | 'number' | 'password' | 'date' | 'search'
  required?: boolean
  maxlength?: number
  autocomplete?: string
  /** More than one line. */
  rows?: number
}

/** One line or several of text, with its label, what helps, and what is wrong; a reader of screens hears all three. */
export const Field = ({ label, hint, problem = null, rows, value = '', type = 'text', ...input }: FieldProps) => {
  const { id = input.name } = input
  const about = describedBy(id, { hint, problem })
  const shared = { ...input, id, ...about }
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {rows === undefined ? (
        <input {...shared} type={type} value={value} />
      ) : (
        <textarea {...shared} rows={rows}>
          {value}
        </textarea>
      )}
      <FieldWords name={id} hint={hint} problem={problem} />
    </div>
  )
}

export type ChooseProps = Pick<FieldProps, 'name' | 'label' | 'hint' | 'problem'> & {
  options: readonly { value: string; label: string }[]
  value?: string | null
  /** Of the first option, which stands for no choice; without one a choice has to be made. */
  none?: string
}

/** One of several, with its label. */
export const Choose = ({ name, label, hint, problem = null, options, value = null, none }: ChooseProps) => (
  <div class="field">
    <label for={name}>{label}</label>
    <select id={name} name={name} {...describedBy(name, { hint, problem })}>
      <Options options={options} value={value} {...(none === undefined ? {} : { none })} />
    </select>
    <FieldWords name={name} hint={hint} problem={problem} />
  </div>
)

export const Options = ({ options, value, none }: Pick<ChooseProps, 'options' | 'none'> & { value: string | null }) => (
  <>
    {none === undefined ? null : <option value="">{none}</option>}
    {options.map((option) => (
      <option value={option.value} selected={option.value === value}>
        {option.label}
      </option>
    ))}
  </>
)

type Words = { hint: string | undefined; problem: string | null }

const describedBy = (name: string, { hint, problem }: Words) => {
  const ids = [hint === undefined ? null : `${name}-hint`, problem === null ? null : `${name}-problem`]
  const said = ids.filter((id) => id !== null).join(' ')
  return {
    ...(said === '' ? {} : { 'aria-describedby': said }),
    ...(problem === null ? {} : { 'aria-invalid': 'true' as const }),
  }
}

const FieldWords = ({ name, hint, problem }: Words & { name: string }) => (
  <>
    {hint === undefined ? null : (
      <p class="hint" id={`${name}-hint`}>
        {hint}
      </p>
    )}
    {problem === null ? null : (
      <p class="wrong" id={`${name}-problem`}>
        {problem}
      </p>
    )}
  </>
)

/** `main`: what the page is for; `quiet`: beside the point; `danger`: what cannot be taken back. */
export type ButtonKind = 'main' | 'quiet' | 'danger'

export const Button = ({ kind, children }: { kind?: ButtonKind; children: Child }) => (
  <button type="submit" {...(kind === undefined ? {} : { class: kind })}>
    {children}
  </button>
)

export type ConfirmProps = {
  action: string
  /** What the button says, closed and open. */
  label: string
  danger?: boolean
  /** What it will do, and fields that it needs. */
  children: Child
}

/** A form behind a button: opened, it says what it will do before it is sent. Works without a script. */
export const Confirm = ({ action, label, danger = false, children }: ConfirmProps) => (
  <details class={danger ? 'confirm danger' : 'confirm'}>
    <summary>{label}</summary>
    <form method="post" action={action}>
      {children}
      <Button kind={danger ? 'danger' : 'main'}>{label}</Button>
    </form>
  </details>
)

/** A form in the address: what is chosen can be sent to somebody as a link. */
export const Filter = ({ action, children }: { action: string; children: Child }) => (
  <form class="filter" method="get" action={action}>
    {children}
    <Button>Show</Button>
  </form>
)

export type FilterChoiceProps = Pick<ChooseProps, 'name' | 'label' | 'options' | 'none'> & { value: string | null }

export const FilterChoice = ({ name, label, ...choice }: FilterChoiceProps) => (
  <div>
    <label for={name}>{label}</label>
    <select id={name} name={name}>
      <Options {...choice} />
    </select>
  </div>
)

export const FilterText = ({ name, label, value }: { name: string; label: string; value: string | null }) => (
  <div class={name === 'q' ? 'wide' : ''}>
    <label for={name}>{label}</label>
    <input id={name} name={name} type="search" value={value ?? ''} maxlength={255} />
  </div>
)

/** By the clock of the console's time zone (`instantOf`). */
export const FilterTime = ({ name, label, value }: { name: string; label: string; value: string | null }) => (
  <div>
    <label for={name}>{label}</label>
    <input id={name} name={name} type="datetime-local" value={value ?? ''} />
  </div>
)

/** The same list seen in several ways; `current` is the href of this one. */
export const Tabs = ({ label, tabs, current }: TabsProps) => (
  <nav aria-label={label}>
    <ul class="tabs">
      {tabs.map((tab) => (
        <li>
          <a href={tab.href} {...(tab.href === current ? { 'aria-current': 'page' as const } : {})}>
            {tab.label}
          </a>
        </li>
      ))}
    </ul>
  </nav>
)

export type TabsProps = { label: string; tabs: readonly { href: string; label: string }[]; current: string }

/** Something that is chosen or not. */
export const Check = ({ name, value = 'yes', label, checked = false }: CheckProps) => (
  <label class="choice">
    <input type="checkbox" name={name} value={value} checked={checked} />
    <span>{label}</span>
  </label>
)

export type CheckProps = { name: string; value?: string; label: Child; checked?: boolean }

/** One of a few, all of them seen at once; with a word on each. */
export const PickOne = ({ name, legend, options, value, problem = null }: PickOneProps) => (
  <fieldset>
    <legend>{legend}</legend>
    {options.map((option) => (
      <label class="choice">
        <input type="radio" name={name} value={option.value} checked={option.value === value} />
        <span>{option.label}</span>
      </label>
    ))}
    <FieldWords name={name} hint={undefined} problem={problem} />
  </fieldset>
)

export type PickOneProps = {
  name: string
  legend: string
  options: readonly { value: string; label: Child }[]
  value: string | null
  problem?: string | null
}

export const FilePick = ({
  name,
  label,
  hint,
  problem = null,
}: Pick<FieldProps, 'name' | 'label' | 'hint' | 'problem'>) => (
  <div class="field">
    <label for={name}>{label}</label>
    <input id={name} name={name} type="file" {...describedBy(name, { hint, problem })} />
    <FieldWords name={name} hint={hint} problem={problem} />
  </div>
)

/** Everything that is wrong with what was sent and stands beside no field. */
export const Wrongs = ({ text, problems }: { text: string; problems: readonly Problem[] }) => (
  <div class="note bad" role="alert">
    <p>{text}</p>
    {problems.length === 0 ? null : (
      <ul>
        {problems.map(({ pointer, detail }) => (
          <li>
            {pointer === '' ? (
              detail
            ) : (
              <>
                <code>{pointer}</code> {detail}
              </>
            )}
          </li>
        ))}
      </ul>
    )}
  </div>
)

/** A form of one button, for what can be taken back. */
export const Press = ({ action, label, kind, children }: PressProps) => (
  <form method="post" action={action}>
    {children}
    <Button {...(kind === undefined ? {} : { kind })}>{label}</Button>
  </form>
)

export type PressProps = { action: string; label: string; kind?: ButtonKind; children?: Child }
