import { createHash } from 'node:crypto'
import { parseOrderedName } from '../core/domain-name.js'
import { type Checked, distinctProblems, messageOf, ok, type Problem, Refusal, wrong } from '../core/errors.js'
import { formNotice } from '../core/form-notice.js'
import { isOpen } from '../core/order.js'
import type { NewForm } from '../core/order-form.js'
import { type RefusedForm, refusedAction, withdrawnAction } from '../core/refused-form.js'
import { type FormOrder, readFormOrder } from '../order-form/form-order.js'
import { atLines } from '../order-form/problem-lines.js'
import type { FormAccount, FormFolder, FormRead, Tables } from '../ports.js'
import { connectionForName } from './connections.js'
import { retryOrder } from './decide-order.js'
import type { Deps } from './deps.js'
import { holderOf } from './own-domain.js'
import { placeOrder } from './place-order.js'
import type { OrderBody } from './prepare-order.js'

const PREFIX = 'dom-order.'

/** What this process knows of forms that it saw: the stamps of those that were refused. */
export type FormMemory = Map<string, string>

/**
 * One pass over the folders of all accounts: each form becomes one order of its account, by the checks of every order, and
 * goes to the area of orders; a form of an order that failed has it tried again, where it was touched after that. One that
 * cannot be taken stays, is told to its account and to the administrators, and is looked at again once it is touched.
 * Everything is found again after a break: the id of an order follows from account, name and octets of its form.
 *
 * Resolves to whether a form was too new to be read. Throws `Fault` forms-unreadable.
 */
export const takeForms = async (deps: Deps, folder: FormFolder, memory: FormMemory): Promise<boolean> => {
  const accounts = await folder.accounts()
  let waits = false
  const seen: Seen = new Map(accounts.map(({ id }) => [id, null]))
  for (const account of accounts) {
    const pass = { deps, folder, memory, account, known: new Set(seen.keys()) }
    try {
      const names = await folder.list(account.id, deps.clock.now())
      for (const name of names) if (await takeForm(pass, name)) waits = true
      seen.set(account.id, new Set(names))
      await copyDone(pass)
    } catch (error) {
      deps.log.error({ err: error, account: account.id }, `the forms of an account were not read: ${messageOf(error)}`)
    }
  }
  await forgetRemoved(deps, folder, seen)
  return waits
}

/** The files of each account that may order; null where they could not be read. */
type Seen = Map<string, ReadonlySet<string> | null>

type Pass = { deps: Deps; folder: FormFolder; memory: FormMemory; account: FormAccount; known: ReadonlySet<string> }
type Form = Extract<FormRead, { stamp: string }>

const takeForm = async (pass: Pass, name: string): Promise<boolean> => {
  const { deps, folder, memory, account } = pass
  const form = await folder.read(account.id, name, deps.clock.now())
  const key = `${account.id}/${name}`
  if (form.kind === 'young') return true
  if (form.kind === 'gone' || memory.get(key) === form.stamp) return false
  try {
    const taken = await orderOf(pass, name, form)
    if (taken.ok) {
      // Before the move: what breaks off between the two then finds an order, and no form that is missed.
      await deps.store.refusedForms.remove({ accountId: account.id, file: name })
      await folder.accept(account.id, name, { ...taken.value, stamp: form.stamp })
      memory.delete(key)
    } else {
      await refuse(pass, name, form, taken.problems)
      memory.set(key, form.stamp)
    }
  } catch (error) {
    deps.log.warn({ err: error, account: account.id, form: name }, `a form waits: ${messageOf(error)}`)
  }
  return false
}

/** The order that a form is, placed now or before; or why there is none. */
const orderOf = async (pass: Pass, name: string, form: Form): Promise<Checked<{ orderId: string; octets: Buffer }>> => {
  if (form.kind === 'refused') return wrong({ pointer: '', detail: form.detail })
  const [domain, order] = [domainOf(name), readFormOrder(form.octets)]
  const strangers = order.ok ? atLines(form.octets, adminProblems(pass, order.value)) : order.problems
  const problems = [...(domain.ok ? [] : domain.problems), ...strangers]
  if (!domain.ok || !order.ok || problems.length > 0) return wrong(...problems)
  const { octets, touchedAt } = form
  const kept = { file: name, sha256: createHash('sha256').update(octets).digest('hex'), octets }
  const body = bodyOf(pass.account, { domain: domain.value, order: order.value, form: kept, touchedAt })
  try {
    return ok({ orderId: await place(pass, { body, form: kept, touchedAt }), octets })
  } catch (error) {
    if (!(error instanceof Refusal) || error.temporary) throw error
    return wrong(
      ...atLines(octets, error.problems.length > 0 ? error.problems : [{ pointer: '', detail: error.message }]),
    )
  }
}

/** Only a name as it is written everywhere else, so that one domain has one form. */
const domainOf = (name: string): Checked<string> => {
  const given = name.slice(PREFIX.length)
  const parsed = parseOrderedName(given)
  if (!parsed.ok) return wrong(...parsed.problems.map(({ detail }) => ({ pointer: 'file name', detail })))
  const { name: ascii, unicodeName } = parsed.value
  if (given === ascii || given.normalize('NFC') === unicodeName) return ok(ascii)
  return wrong({ pointer: 'file name', detail: `It is not written as names are; call the file ${PREFIX}${ascii}.` })
}

const adminProblems = ({ account, known }: Pass, { admin }: FormOrder): Problem[] => {
  if (admin === account.id) return []
  const detail = known.has(admin)
    ? `is the account "${admin}", and this folder belongs to ${account.id}: an account orders for itself alone; write the name of this folder there.`
    : `is "${admin.slice(0, 60)}", and there is no such account here; write ${account.id}.`
  return [{ pointer: 'DOMAIN_ADMIN', detail }]
}

const bodyOf = (
  account: FormAccount,
  { domain, order, form, touchedAt }: { domain: string; order: FormOrder; form: NewForm; touchedAt: Date },
): OrderBody => {
  const id = createHash('sha256')
    .update(JSON.stringify([account.id, form.file, form.sha256]))
    .digest('hex')
  const { action, period, nameservers, contacts, authInfo, agreementVersion: version } = order
  return {
    ...{ billingOrderId: `form-${id.slice(0, 40)}`, account, origin: 'control-centre', action, domain, paid: false },
    ...{ period, nameservers, contacts, authInfo, dnssec: null, records: [], disconnect: null, notify: null },
    ...{ price: null, connection: null },
    agreement: version === null ? null : { version, acceptedBy: account.email, acceptedAt: touchedAt.toISOString() },
  }
}

type Placing = { body: OrderBody; form: NewForm; touchedAt: Date }

const place = async ({ deps, account }: Pass, { body, form, touchedAt }: Placing): Promise<string> => {
  const actor = `form:${account.id}`
  const known = (await deps.store.orders.findByBillingId(account.id, body.billingOrderId))?.order ?? null
  if (known === null) {
    const guard: Parameters<typeof placeOrder>[1]['guard'] = async (tables) => {
      const holder = await holderOf(tables, body)
      if (holder !== null && holder !== account.id)
        throw new Refusal('forbidden', `${body.domain} belongs to another account, which alone may order on it`)
    }
    return (await placeOrder(deps, { body, actor, idempotency: null, guard, form })).answer.id
  }
  // Not touched since: the order is this very form's, which was not taken away yet.
  if (isOpen(known.status) || touchedAt.getTime() <= known.updatedAt.getTime()) return known.id
  if (known.status === 'done')
    throw new Refusal(
      'conflict',
      `this very form was carried out as order ${known.id}; to order the same once more, write the date above its first mark`,
    )
  return (await retryOrder(deps, { id: known.id, actor })).id
}

/** Keeps a refusal, and tells account and administrators once for each time that the form was touched. */
const refuse = async ({ deps, account }: Pass, name: string, { stamp }: Form, found: readonly Problem[]) => {
  const domain = name.slice(PREFIX.length)
  const again = 'Mend the form and save it, or touch it, to have it tried again.'
  const problems = [...found, { pointer: '', detail: `${again}${await helpFor(deps, domain)}` }]
  const at = deps.clock.now()
  const about = { account, billingOrderId: name, action: 'form', domain }
  const recipients = [{ kind: 'admin' as const }, { kind: 'account' as const, address: account.email }]
  const parsed = parseOrderedName(domain)
  const form: RefusedForm = {
    ...{ id: deps.newId(), accountId: account.id, file: name, stamp, since: at, at },
    ...{ domain: parsed.ok ? parsed.value.name : null, problems: distinctProblems(found) },
  }
  await deps.store.together(async (tables) => {
    if (!(await tables.refusedForms.save(form))) return
    await tables.actions.append([refusedAction(form, { named: await mayName(tables, form) })])
    await tables.notices.insert(recipients.map((to) => formNotice(about, problems, at, { to, stamp })))
  })
  deps.log.info({ account: account.id, form: name, problems: found.length }, 'a form was refused')
}

/** What an account gets wrong about a domain of another is no part of what happened to that. */
const mayName = async (tables: Tables, { accountId, domain }: RefusedForm): Promise<boolean> => {
  const holder = domain === null ? null : await holderOf(tables, { domain, action: 'register' })
  return holder === null || holder === accountId
}

/** Forms that were refused and are no longer there, or whose account may no longer order, are waited for no more. */
const forgetRemoved = async ({ store, clock }: Deps, folder: FormFolder, seen: Seen): Promise<void> => {
  for (const form of await store.refusedForms.names()) {
    if (seen.has(form.accountId) && (await mayLie(folder, form, { seen, now: clock.now() }))) continue
    await store.together(async (tables) => {
      if (await tables.refusedForms.remove(form)) await tables.actions.append([withdrawnAction(form, clock.now())])
    })
  }
}

/** More files may lie there than a pass looks at. */
const mayLie = async (
  folder: FormFolder,
  { accountId, file }: Pick<RefusedForm, 'accountId' | 'file'>,
  { seen, now }: { seen: Seen; now: Date },
): Promise<boolean> => {
  const names = seen.get(accountId) ?? null
  return names === null || names.has(file) || (await folder.read(accountId, file, now)).kind !== 'gone'
}

const helpFor = async ({ store }: Deps, domain: string): Promise<string> => {
  const parsed = parseOrderedName(domain)
  const connection = parsed.ok ? connectionForName(await store.connections.list(), parsed.value.name) : null
  const whom = [connection?.support?.name, connection?.support?.email].filter(Boolean).join(', ')
  return whom === '' ? '' : ` Where that does not help, ask ${whom}.`
}

const copyDone = async ({ deps, folder, account }: Pass): Promise<void> => {
  for (const { file, orderId } of await folder.uncopied(account.id)) {
    const order = await deps.store.orders.get(orderId)
    if (order?.status === 'done' && order.terms.account.id === account.id) await folder.copy(account.id, file)
  }
}
