import type { Context } from 'hono'
import { ACTIONS, type Action } from '../../../core/action.js'
import { Fault, Refusal } from '../../../core/errors.js'
import { previewTemplate } from '../../../flows/preview-template.js'
import type { Profile } from '../../../profiles/profile.js'
import { type Area, type Page, sentence } from '../frame/area.js'
import { readableMail } from '../frame/words.js'
import { TemplatePage, type TemplatePageProps, TemplatesPage } from './templates-page.js'

/** The wording of requests: which file is in use, what is wrong with the files now, and what comes of each. */
export const addTemplatePages = (area: Area): void => {
  area.page('/templates', () => templatesPage(area), 'templates')
  area.page('/templates/:profile/:action', (c) => templatePage(area, c), 'templates')
}

const supported = ({ capabilities }: Profile): Action[] => ACTIONS.filter((action) => capabilities[action].supported)

const templatesPage = async ({ deps: { profiles, templateFiles } }: Area): Promise<Page> => {
  const listed = [...profiles.values()].map((profile) => ({
    profile,
    templates: supported(profile).map((action) => ({ action, found: templateFiles.inUse(profile.id, action) })),
  }))
  const looked = await templateFiles.look()
  return {
    title: 'Templates',
    content: <TemplatesPage profiles={listed} {...{ looked }} folder={templateFiles.folder} />,
  }
}

const templatePage = async (area: Area, c: Context): Promise<Page> => {
  const { profiles, templateFiles, store } = area.deps
  const profile = profiles.get(c.req.param('profile') ?? '')
  const action = ACTIONS.find((known) => known === c.req.param('action'))
  const found = profile === undefined || action === undefined ? null : templateFiles.inUse(profile.id, action)
  if (profile === undefined || action === undefined || found === null)
    throw new Refusal('not-found', 'there is no such template: begin at /templates')
  const connections = (await store.connections.list()).filter((one) => one.profile === profile.id)
  const chosen = { connection: c.req.query('connection') ?? '', order: (c.req.query('order') ?? '').trim() }
  const preview = chosen.connection === '' ? null : await previewOf(area, action, chosen)
  return {
    title: `${profile.title}: ${action}`,
    crumbs: [{ href: '/templates', label: 'Templates' }],
    content: (
      <TemplatePage {...{ profile, action, found, connections, chosen, preview }} folder={templateFiles.folder} />
    ),
  }
}

const previewOf = async (
  { deps }: Area,
  action: Action,
  { connection, order }: TemplatePageProps['chosen'],
): Promise<TemplatePageProps['preview']> => {
  try {
    const raw = await previewTemplate(deps, { connectionId: connection, action, orderId: order === '' ? null : order })
    return { text: readableMail(raw).text, problem: null }
  } catch (error) {
    if (!(error instanceof Refusal) && !(error instanceof Fault && !error.temporary)) throw error
    return { text: null, problem: sentence(error.message) }
  }
}
