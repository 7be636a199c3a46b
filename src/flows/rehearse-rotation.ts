import { Refusal } from '../core/errors.js'
import { REHEARSAL_STEPS, type Rehearsal, type RehearsalStep } from '../core/rehearsal.js'
import type { Draft, MailProfile } from '../profiles/profile.js'
import { type Deps, mailProfileOf } from './deps.js'
import { rehearseOwnKey } from './rehearse-own-key.js'
import { rehearseRegistryKey } from './rehearse-registry-key.js'

/**
 * Plays a change of keys of a connection against a registry that is simulated in this process: first our own key, then the
 * registry's. No mail leaves or is stored, and nothing of the connection changes; an entry of the action log (`rotation.rehearsed`)
 * says who had it played and what came of it. Throws `Refusal`: not-found, unsupported where the connection mails nothing,
 * or conflict where its profile is not there.
 */
export const rehearseRotation = async (
  deps: Deps,
  { id, actor }: { id: string; actor: string },
): Promise<Rehearsal> => {
  const connection = await deps.store.connections.get(id)
  if (connection === null) throw new Refusal('not-found', `there is no connection ${id}`)
  const { title } = connection
  if (connection.channel !== 'mail')
    throw new Refusal('unsupported', `the connection "${title}" mails nothing, so it has no keys to rehearse with`)
  const profile = mailProfileOf(deps, connection)
  if (profile === null)
    throw new Refusal('conflict', `the profile ${connection.profile} of the connection "${title}" is not there`)
  const { key, next, steps: ofOurs } = await rehearseOwnKey(deps, { connection, draft: sampleOf(deps, profile) })
  const steps = [...ofOurs, ...(await rehearseRegistryKey(deps, connection))]
  const rehearsal = { ok: steps.every(({ ok }) => ok), key, next, steps }
  await deps.store.actions.append([
    {
      ...{ at: deps.clock.now(), actor, level: rehearsal.ok ? 'info' : 'warning', event: 'rotation.rehearsed' },
      text: `a change of the keys of the connection "${title}" was rehearsed: ${outcomeWords(steps)}`,
      data: { connection: id, ...rehearsal, steps: steps.map((step) => ({ ...step, at: step.at.toISOString() })) },
    },
  ])
  return rehearsal
}

/** A request as the connection's templates have it. */
const sampleOf = ({ templates }: Deps, { id, samples }: MailProfile): Draft => {
  for (const { action, values } of samples) {
    const draft = templates.render(id, action, values)
    if (draft.ok) return draft.value
  }
  throw new Refusal('conflict', `no template of the profile ${id} makes a request to rehearse with: mend it first`)
}

const outcomeWords = (steps: readonly RehearsalStep[]): string => {
  const failed = steps.filter(({ ok }) => !ok)
  if (failed.length === 0) return `each of its ${steps.length} steps went as it has to`
  return `it failed (${failed.length} of ${steps.length} steps): ${failed.map(failureWords).join('; ')}`
}

const failureWords = ({ step, detail }: RehearsalStep): string =>
  `it has to be that ${REHEARSAL_STEPS[step]}, but ${detail}`
