import { Fault, type Problem, Refusal } from '../../../core/errors.js'
import { generateOwnKey } from '../../../flows/add-key.js'
import { checkConnection } from '../../../flows/check-connection.js'
import { listKeys } from '../../../flows/list-keys.js'
import { addConnection } from '../../../flows/manage-connections.js'
import type { Profile } from '../../../profiles/profile.js'
import { actorOf } from '../frame/access.js'
import { type Area, type Done, type Page, sentence } from '../frame/area.js'
import { generateInput } from '../keys/key-routes.js'
import {
  type Draft,
  draftFile,
  newDraft,
  problemsAt,
  readDraft,
  STEPS,
  type Step,
  stepsOf,
} from './new-connection-draft.js'
import { NewConnectionPage } from './new-connection-page.js'
import { writeYaml } from './yaml.js'

const PATH = '/connections/new'

/** Adding a connection step by step. */
export const addNewConnection = (area: Area): void => {
  const { deps, page, action } = area
  page(PATH, async () => show(area, { step: 'profile', draft: newDraft(), problems: [] }), 'connections')
  action({ path: PATH, permission: 'connections' }, async (form, _, user) => {
    const profile = deps.profiles.get(form.text('profile'))
    const draft = readDraft(form, profile)
    const steps = stepsOf(profile)
    const step = steps.find((known) => known === form.text('step')) ?? 'profile'
    const go = form.text('go')
    if (go === 'back') return asked(await show(area, { step: beside(steps, step, -1), draft, problems: [] }))
    if (go === 'again') return asked(await show(area, { step, draft, problems: [] }))
    return goOn(area, { step, steps, draft, profile, actor: actorOf(user) })
  })
}

type State = { step: Step; draft: Draft; problems: readonly Problem[] }
type Going = { step: Step; steps: readonly Step[]; draft: Draft; profile: Profile | undefined; actor: string }

/** The first step up to this one that something is wrong with; the next where nothing is; after the last it is added. */
const goOn = async (area: Area, { step, steps, draft: typed, profile, actor }: Going): Promise<Done | Page> => {
  const { draft, problems: made } =
    step === 'keys' ? await withNewKey(area, typed, actor) : { draft: typed, problems: [] }
  const problems = [...made, ...(await problemsOf(area, draft, profile))]
  const done = steps.slice(0, steps.indexOf(step) + 1)
  const wrongAt = done.find((one) => problemsAt(one, problems).length > 0)
  if (wrongAt !== undefined) return show(area, { step: wrongAt, draft, problems: problemsAt(wrongAt, problems) })
  if (step !== 'review') return asked(await show(area, { step: beside(steps, step, 1), draft, problems: [] }))
  if (problems.length > 0) return show(area, { step, draft, problems })
  const { id, title } = await addConnection(area.deps, draftFile(draft, profile), actor)
  return {
    to: `/connections/${encodeURIComponent(id)}`,
    text: `${title} was added in test mode. Below is what is to be done before it goes live.`,
  }
}

/** Nothing is wrong with a step that was only reached. */
const asked = (page: Page): Page => ({ ...page, status: 200 })

const beside = (steps: readonly Step[], step: Step, by: 1 | -1): Step => steps[steps.indexOf(step) + by] ?? step

/** By the same form and the same questions as a file that is added by a command. */
const problemsOf = async ({ deps }: Area, draft: Draft, profile: Profile | undefined): Promise<readonly Problem[]> => {
  const identity = { id: deps.newId(), paused: false, createdAt: deps.clock.now() }
  try {
    await checkConnection(deps, draftFile(draft, profile), identity)
    return []
  } catch (error) {
    if (error instanceof Refusal) return error.problems
    throw error
  }
}

/** The key that is chosen, or one that is made now. */
const withNewKey = async ({ deps }: Area, draft: Draft, actor: string) => {
  if (draft.key !== '' || draft.newName === '') return { draft, problems: [] }
  const { newName: name, newUser, from, scheme, passphraseEnv } = draft
  const kind = scheme === 'smime' ? 'smime' : 'openpgp'
  const fields = { name, user: newUser || from, kind, expires: yearsAfter(deps.clock.now()), passphraseEnv }
  try {
    const { file } = await generateOwnKey(deps, { ...generateInput(fields, deps.clock.now()), actor })
    return { draft: { ...draft, key: file, newName: '' }, problems: [] }
  } catch (error) {
    if (!(error instanceof Refusal) && !(error instanceof Fault)) throw error
    return { draft, problems: [{ pointer: '/signing/key', detail: sentence(error.message) }] }
  }
}

const YEARS = 2

const yearsAfter = (now: Date): string => {
  const end = new Date(now)
  end.setUTCFullYear(now.getUTCFullYear() + YEARS)
  return end.toISOString().slice(0, 10)
}

const show = async ({ deps }: Area, { step, draft, problems }: State): Promise<Page> => {
  const profile = deps.profiles.get(draft.profile)
  const keys = step === 'keys' ? await keyFiles(deps) : { own: [], others: [] }
  const shown = { step, steps: stepsOf(profile), draft, keys, problems }
  return {
    title: `Add a connection: ${STEPS[step].title}`,
    crumbs: [{ href: '/connections', label: 'Connections' }],
    content: (
      <NewConnectionPage
        {...shown}
        profiles={[...deps.profiles.values()]}
        text={writeYaml(draftFile(draft, profile))}
      />
    ),
  }
}

const keyFiles = async (deps: Area['deps']) => {
  const { keys } = await listKeys(deps)
  const known = keys.flatMap(({ file, key }) => (key === null ? [] : [{ file, secret: key.secret }]))
  return {
    own: known.flatMap(({ file, secret }) => (secret ? [file] : [])),
    others: known.flatMap(({ file, secret }) => (secret ? [] : [file])),
  }
}
