import type { Context } from 'hono'
import type { Connection } from '../../../core/connection.js'
import { Refusal } from '../../../core/errors.js'
import type { ActiveRule } from '../../../core/mail-rule.js'
import { lookAtMail } from '../../../flows/look-at-mail.js'
import { addRule, changeRule, findRule, readsNoMail } from '../../../flows/manage-rules.js'
import { readOctets } from '../../../flows/read-octets.js'
import { replayRecognised, tryRuleOfToday } from '../../../flows/replay-recognised.js'
import { tryAllRules } from '../../../flows/try-all-rules.js'
import { rulesToTry } from '../../api/rules.js'
import { actorOf } from '../frame/access.js'
import { type Area, type Done, type Page, sentence } from '../frame/area.js'
import type { Form } from '../frame/form.js'
import { hrefOf } from '../frame/parts.js'
import {
  draftOfRule,
  isOfDraft,
  meaningOf,
  NO_DRAFT,
  type RuleDraft,
  readRuleDraft,
  ruleDraftOf,
} from './rule-draft.js'
import { RuleMakerPage } from './rule-maker-page.js'
import { type RecognisedMails, RulePage } from './rule-page.js'
import { RulesPage } from './rules-page.js'
import { type TrialSoFar, trialBefore, trialWith } from './trial-so-far.js'

/** The rules of a connection: the list, the maker of new ones, and each with its versions. */
export const addRulePages = (area: Area): void => {
  const { deps, page, action, words } = area
  page(
    '/connections/:id/rules',
    async (c) => {
      const { id, title } = await findConnection(area, c)
      const content = <RulesPage {...{ title, path: rulesPath(id), rules: await deps.store.rules.list(id), words }} />
      return { title: `Rules of ${title}`, crumbs: crumbsTo({ id, title }).slice(0, -1), content }
    },
    'rules',
  )
  page('/connections/:id/rules/new', async (c) => makerPage(area, c, { mailId: c.req.query('mail') || null }), 'rules')
  action({ path: '/connections/:id/rules/new', permission: 'rules' }, (form, c, user) =>
    makeRule(area, c, { form, actor: actorOf(user) }),
  )
  page('/connections/:id/rules/:rule', async (c) => rulePage(area, c, {}), 'rules')
  action({ path: '/connections/:id/rules/:rule', permission: 'rules' }, (form, c, user) =>
    saveRule(area, c, { form, actor: actorOf(user) }),
  )
  addRuleActions(area)
}

const addRuleActions = ({ deps, action }: Area): void => {
  const pathOf = (c: Context) => `${rulesPath(c.req.param('id') ?? '')}/${encodeURIComponent(ruleIdOf(c))}`
  action(
    { path: '/connections/:id/rules/:rule/switch', permission: 'rules', back: (_, c) => pathOf(c) },
    async (form, c, user) => {
      const change = { enabled: form.text('enabled') === 'yes' }
      const { enabled } = await changeRule(deps, {
        ...{ id: ruleIdOf(c), version: versionOf(form), change, actor: actorOf(user) },
      })
      return { to: `${pathOf(c)}${enabled ? '?look=1' : ''}`, text: `The rule is ${enabled ? 'on' : 'off'}.` }
    },
  )
  action(
    { path: '/connections/:id/rules/:rule/replay', permission: 'rules', back: (_, c) => pathOf(c) },
    async (form, c, user) => {
      const cursor = form.text('cursor') || null
      const replayed = await replayRecognised(deps, { ruleId: ruleIdOf(c), cursor, actor: actorOf(user) })
      const to = cursor === null ? pathOf(c) : hrefOf(pathOf(c), { look: '1', cursor })
      return { to, text: `Mails that are being judged once more: ${replayed}.` }
    },
  )
}

const rulesPath = (connectionId: string): string => `/connections/${encodeURIComponent(connectionId)}/rules`
const ruleIdOf = (c: Context): string => c.req.param('rule') ?? ''

const versionOf = (form: Form): number | null => {
  const text = form.text('version')
  return /^\d{1,9}$/.test(text) ? Number(text) : null
}

const crumbsTo = ({ id, title }: Pick<Connection, 'id' | 'title'>) => [
  { href: '/connections', label: 'Connections' },
  { href: `/connections/${encodeURIComponent(id)}`, label: title },
  { href: rulesPath(id), label: 'Rules' },
]

const findConnection = async ({ deps }: Area, c: Context): Promise<Connection> => {
  const connection = await deps.store.connections.get(c.req.param('id') ?? '')
  if (connection === null) throw new Refusal('not-found', 'There is no such connection.')
  if (connection.channel !== 'mail') throw readsNoMail(connection)
  return connection
}

type Shown = { draft?: RuleDraft; refusal?: Refusal; trial?: TrialSoFar }

const makerPage = async (
  area: Area,
  c: Context,
  { mailId, ...shown }: Shown & { mailId: string | null },
): Promise<Page> => {
  const connection = await findConnection(area, c)
  const { title, id } = connection
  const signedText = mailId === null ? null : await readSignedText(area, connection, mailId)
  const form = {
    ...{ action: `${rulesPath(id)}/new`, signedText },
    ...{ draft: shown.draft ?? NO_DRAFT, problems: shown.refusal?.problems ?? [] },
  }
  const said = { problem: problemWords(shown.refusal), trial: shown.trial ?? null, words: area.words }
  const content = <RuleMakerPage {...{ title, form, mailId, ...said }} />
  return { title: `A rule for ${title}`, crumbs: crumbsTo(connection), content, ...statusOf(shown) }
}

/** A page that answers a form is one that was found, or one with something wrong in it. */
const statusOf = ({ refusal, trial }: Shown): Pick<Page, 'status'> => {
  if (refusal !== undefined) return { status: refusal.code === 'conflict' ? 409 : 422 }
  return trial === undefined ? {} : { status: 200 }
}

const problemWords = (refusal: Refusal | undefined): string | null =>
  refusal === undefined
    ? null
    : refusal.problems.some(isOfDraft)
      ? 'Something is wrong with the fields below.'
      : sentence(refusal.message)

/** Of a mail of this connection; null where it has none, or its octets are gone. */
const readSignedText = async ({ deps }: Area, { id }: Connection, mailId: string): Promise<string | null> => {
  const mail = await deps.store.mails.get(mailId)
  if (mail === null || mail.connectionId !== id || mail.verdict?.kind !== 'trusted') return null
  const octets = await readOctets(deps, mail)
  return octets.kind === 'gone' ? null : ((await lookAtMail(deps, mail, octets.raw))?.signedText ?? null)
}

type Sent = { form: Form; actor: string }

const makeRule = async (area: Area, c: Context, { form, actor }: Sent): Promise<Page | Done> => {
  const { deps } = area
  const { id } = await findConnection(area, c)
  const [mailId, draft, isTried] = [form.text('mail') || null, ruleDraftOf(form), form.text('do') === 'try']
  try {
    const said = readRuleDraft(draft, { tried: isTried })
    const rules = await rulesToTry(deps, { connectionId: id, rule: meaningOf(said), instead: null })
    if (isTried)
      return await makerPage(area, c, { mailId, draft, trial: await tryOn(area, { form, connectionId: id, rules }) })
    const rule = await addRule(deps, { connectionId: id, words: { ...said, enabled: true }, actor })
    return {
      to: `${rulesPath(id)}/${rule.id}?look=1`,
      text: `The rule "${rule.title}" is on: it reads mails that come in from now on.`,
    }
  } catch (error) {
    if (error instanceof Refusal) return makerPage(area, c, { mailId, draft, refusal: error })
    throw error
  }
}

const saveRule = async (area: Area, c: Context, { form, actor }: Sent): Promise<Page | Done> => {
  const { deps } = area
  const last = await findRule(deps.store, ruleIdOf(c))
  const draft = ruleDraftOf(form)
  try {
    const isTried = form.text('do') === 'try'
    const said = readRuleDraft(draft, { tried: isTried })
    if (isTried) {
      const { id, connectionId } = last
      const rules = await rulesToTry(deps, { connectionId, rule: meaningOf(said), instead: id })
      return await rulePage(area, c, { draft, trial: await tryOn(area, { form, connectionId, rules }) })
    }
    const { version, id, connectionId } = await changeRule(deps, {
      ...{ id: last.id, version: versionOf(form), change: said, actor },
    })
    const text = version === last.version ? 'It says that already.' : `Version ${version} is saved.`
    return { to: `${rulesPath(connectionId)}/${id}?look=1`, text }
  } catch (error) {
    if (error instanceof Refusal) return rulePage(area, c, { draft, refusal: error })
    throw error
  }
}

/** From where the form has come to. */
const tryOn = async (
  { deps }: Area,
  { form, ...tried }: { form: Form; connectionId: string; rules: readonly ActiveRule[] },
): Promise<TrialSoFar> => {
  const { cursor, counts } = trialBefore(form)
  return trialWith(counts, await tryAllRules(deps, { ...tried, cursor }))
}

const recognisedFrom = async ({ deps }: Area, ruleId: string, cursor: string | null): Promise<RecognisedMails> => {
  const { recognisedByIt, looked, next } = await tryRuleOfToday(deps, { ruleId, cursor })
  return { mails: recognisedByIt, looked, cursor, next }
}

const rulePage = async (area: Area, c: Context, shown: Shown): Promise<Page> => {
  const connection = await findConnection(area, c)
  const [last, ...before] = await area.deps.store.rules.versions(ruleIdOf(c))
  if (last?.connectionId !== connection.id) throw new Refusal('not-found', 'There is no such rule of this connection.')
  const props = {
    ...{ versions: [last, ...before] as const, path: `${rulesPath(connection.id)}/${last.id}` },
    form: { draft: shown.draft ?? draftOfRule(last), problems: shown.refusal?.problems ?? [] },
    ...{ problem: problemWords(shown.refusal), trial: shown.trial ?? null, words: area.words },
    recognised: c.req.query('look') === '1' ? await recognisedFrom(area, last.id, c.req.query('cursor') || null) : null,
  }
  return { title: last.title, crumbs: crumbsTo(connection), content: <RulePage {...props} />, ...statusOf(shown) }
}
