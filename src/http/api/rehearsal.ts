import { z } from '@hono/zod-openapi'
import { REHEARSAL_STEP_NAMES } from '../../core/rehearsal.js'
import type { Deps } from '../../flows/deps.js'
import { rehearseRotation } from '../../flows/rehearse-rotation.js'
import { type Api, addEndpoint, NOTHING } from '../endpoint.js'

const rehearsing = {
  method: 'post',
  path: '/v1/connections/{id}/rehearse',
  operation: 'rehearseRotation',
  tag: 'Connections',
  summary: 'Play a change of keys against a registry that is simulated within the gateway',
  description:
    "First our own key, then the registry's, for which keys of the simulated registry stand in. Nothing leaves, and nothing of the connection changes.",
  access: 'admin',
  params: z.object({ id: z.string() }),
  query: NOTHING,
  body: NOTHING,
  status: 200,
  reply: z
    .object({
      ok: z.boolean(),
      key: z.string().nullable().openapi({ description: 'The file of the key that signs now; null where none does.' }),
      next: z.string().nullable().openapi({
        description: 'The file of the key that takes over; null where one was made for the rehearsal alone.',
      }),
      steps: z.array(
        z.object({
          step: z.enum(REHEARSAL_STEP_NAMES),
          ok: z.boolean(),
          at: z.string().openapi({ format: 'date-time', description: 'The time that was played.' }),
          detail: z.string().openapi({ description: 'What happened, or why it did not.' }),
        }),
      ),
    })
    .openapi('KeyRehearsal'),
  problems: [404, 409],
} as const

/** `connection rehearse`. */
export const addRehearsalEndpoint = (api: Api, deps: Deps): void =>
  addEndpoint(api, rehearsing, async ({ caller, params: { id } }) => {
    const { steps, ...rehearsal } = await rehearseRotation(deps, { id, actor: caller.actor })
    return { body: { ...rehearsal, steps: steps.map((step) => ({ ...step, at: step.at.toISOString() })) } }
  })
