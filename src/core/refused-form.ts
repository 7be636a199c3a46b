import type { NewAction } from './action-log.js'
import { parseOrderedName } from './domain-name.js'
import type { Problem } from './errors.js'
import { onOneLine } from './notice-text.js'

/**
 * A form that was refused and lies in its folder still. It is no order yet: it leaves the list of open orders when it becomes
 * one, or is taken out of its folder.
 */
export type RefusedForm = {
  id: string
  accountId: string
  /** The name of the file. */
  file: string
  /** In A-labels; null where the file is not named for one. */
  domain: string | null
  /** All that is wrong; the pointer is `line N`, `file name`, or a field of the order. */
  problems: Problem[]
  /** Of the file as it was refused (ports/forms.ts). */
  stamp: string
  /** When it was refused first, and as it is now. */
  since: Date
  at: Date
}

/** What stands for the status of an order. */
export const FORM_STATUS = 'init'

export type RefusedFormView = ReturnType<typeof refusedFormView>

/** A refused form as it is seen from outside. */
export const refusedFormView = ({ id, accountId, file, domain, problems, since, at }: RefusedForm) => {
  const name = domain === null ? null : parseOrderedName(domain)
  return {
    ...{ id, status: FORM_STATUS as typeof FORM_STATUS, account: accountId, file: onOneLine(file), domain },
    unicodeName: name?.ok === true ? name.value.unicodeName : domain,
    problems: problems.map(({ pointer, detail }) => ({ pointer, detail })),
    ...{ since: since.toISOString(), at: at.toISOString() },
  }
}

/**
 * The entry of a refusal. It names fields and lines and not what stands in them, because entries stay for ever. `named`: the
 * domain belongs to the account or to nobody, so that the entry is told among what happened to it.
 */
export const refusedAction = (form: RefusedForm, { named }: { named: boolean }): NewAction => {
  const { accountId, file, problems, at } = form
  const fields = [...new Set(problems.map(({ pointer }) => onOneLine(pointer)).filter((pointer) => pointer !== ''))]
  const where = fields.length === 0 ? '' : ` (${fields.slice(0, MOST_NAMED).join(', ')})`
  return {
    ...{ at, level: 'warning', actor: `form:${accountId}`, event: 'form.refused', domain: named ? form.domain : null },
    text: `the form ${onOneLine(file)} of ${accountId} was refused for ${countText(problems.length)}${where}; it is ${FORM_STATUS} until it is mended or taken away`,
    data: { account: accountId, file: onOneLine(file), fields },
  }
}

const MOST_NAMED = 10

const countText = (count: number): string => (count === 1 ? '1 reason' : `${count} reasons`)

/** That a refused form is no longer waited for, without an order. */
export const withdrawnAction = ({ accountId, file }: Pick<RefusedForm, 'accountId' | 'file'>, at: Date): NewAction => ({
  ...{ at, level: 'info', actor: `form:${accountId}`, event: 'form.withdrawn' },
  text: `the form ${onOneLine(file)} of ${accountId}, which was refused, is no longer in its folder`,
  data: { account: accountId, file: onOneLine(file) },
})
