import { isUtf8 } from 'node:buffer'
import type { Context } from 'hono'
import { ACTIONS } from '../../../core/action.js'
import { Refusal } from '../../../core/errors.js'
import { compareRequests } from '../../../flows/compare-requests.js'
import { tryRules } from '../../../flows/try-rules.js'
import type { Store } from '../../../ports.js'
import { check } from '../../endpoint.js'
import { comparisonBody } from '../../schemas/templates.js'
import { type Area, type Page, sentence } from '../frame/area.js'
import type { Form } from '../frame/form.js'
import { BenchMailsPage, BenchPage, BenchTemplatesPage, type TemplateChoice } from './bench-page.js'

const BENCH = { href: '/bench', label: 'Replay bench' }

/** The replay bench: mails that are read again, requests that are written again. */
export const addBenchPages = (area: Area): void => {
  const { deps, page, action } = area
  page(
    '/bench',
    async () => ({ title: BENCH.label, content: <BenchPage registries={await registriesOf(deps.store)} /> }),
    'bench',
  )
  page('/bench/mails', (c) => mailsPage(area, c), 'bench')
  // Whoever loads the page of an answer again by its address begins anew.
  page(
    '/bench/templates',
    async () => templatesPage(area, { said: { connection: '', action: ACTIONS[0], template: '' } }),
    'bench',
  )
  action({ path: '/bench/templates', permission: 'bench' }, (form) => compare(area, form))
}

const registriesOf = async (store: Store) =>
  (await store.connections.list()).filter(({ channel }) => channel === 'mail').map(({ id, title }) => ({ id, title }))

const mailsPage = async ({ deps, words }: Area, c: Context): Promise<Page> => {
  const registry = await deps.store.connections.get(c.req.query('connection') ?? '')
  if (registry === null) throw new Refusal('not-found', 'There is no such connection. Choose one on the bench.')
  const cursor = c.req.query('cursor') || null
  const rules = await deps.store.rules.active(registry.id)
  const trial = await tryRules(deps, { connectionId: registry.id, rules, every: true, cursor })
  const content = <BenchMailsPage {...{ registry, trial, cursor, words }} />
  return { title: 'Mails, read again', crumbs: [BENCH], content }
}

type Compared = { said: TemplateChoice } & Partial<
  Pick<Parameters<typeof BenchTemplatesPage>[0], 'comparison' | 'problem'>
>

const templatesPage = async ({ deps }: Area, { said, comparison = null, problem = null }: Compared): Promise<Page> => ({
  ...{ title: 'Requests, written again', crumbs: [BENCH] },
  content: <BenchTemplatesPage {...{ registries: await registriesOf(deps.store), said, comparison, problem }} />,
})

const NOT_UTF8 = 'The file is not UTF-8; save it as UTF-8 and choose it again.'

/** A file counts for more than what was pasted, and stands in the field afterwards. */
const compare = async (area: Area, form: Form): Promise<Page> => {
  const chosen = { connection: form.text('connection'), action: form.text('action') }
  const pasted = form.text('template').replaceAll('\r\n', '\n')
  const file = await form.file('file')
  if (file !== null && !isUtf8(file.bytes))
    return {
      ...(await templatesPage(area, { said: { ...chosen, template: pasted }, problem: NOT_UTF8 })),
      status: 422,
    }
  const said = { ...chosen, template: file === null ? pasted : file.bytes.toString('utf8') }
  try {
    const { action } = check(comparisonBody, { action: said.action })
    const template = said.template.trim() === '' ? null : said.template
    const comparison = await compareRequests(area.deps, { connectionId: said.connection, action, template })
    return { ...(await templatesPage(area, { said, comparison })), status: comparison.problems.length > 0 ? 422 : 200 }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { ...(await templatesPage(area, { said, problem: sentence(error.message) })), status: 422 }
  }
}
