import { z } from '@hono/zod-openapi'
import { Refusal } from '../../core/errors.js'
import type { ActiveRule, MailRule, RuleMeaning } from '../../core/mail-rule.js'
import { mailView } from '../../core/views.js'
import type { Deps } from '../../flows/deps.js'
import { addRule, changeRule, checkWords, findRule } from '../../flows/manage-rules.js'
import { tryRules } from '../../flows/try-rules.js'
import { type Api, addEndpoint, NOTHING } from '../endpoint.js'
import { ruleBody, ruleChange, ruleSchema, rulesSchema, trialBody, trialSchema } from '../schemas/rules.js'

const common = { tag: 'Rules', access: 'admin', params: NOTHING, query: NOTHING, body: NOTHING } as const
const ofConnection = {
  ...common,
  path: '/v1/connections/{id}/rules',
  params: z.object({ id: z.string() }),
  problems: [404],
} as const
const one = { ...common, path: '/v1/rules/{id}', params: z.object({ id: z.string() }), problems: [404] } as const

const listing = {
  ...ofConnection,
  method: 'get',
  operation: 'listRules',
  summary: 'The rules of a connection for mails that its profile cannot read',
  status: 200,
  reply: rulesSchema,
} as const

const adding = {
  ...ofConnection,
  method: 'post',
  operation: 'addRule',
  summary: 'Teach the gateway what such a mail means',
  description: 'A rule reads only what the registry signed, and only where the profile reads nothing.',
  body: ruleBody,
  status: 201,
  reply: ruleSchema,
  problems: [400, 404, 409, 413],
} as const

const trying = {
  ...ofConnection,
  method: 'post',
  path: '/v1/connections/{id}/rules/try',
  operation: 'tryRule',
  summary: 'What a rule would make of the mails that are stored',
  description: 'Nothing is written. Without a rule: what the rules and the profile of today make of them.',
  body: trialBody,
  status: 200,
  reply: trialSchema,
  problems: [400, 404, 409, 413],
} as const

const reading = {
  ...one,
  method: 'get',
  operation: 'readRule',
  summary: 'Every version of a rule, the newest first',
  status: 200,
  reply: rulesSchema,
} as const

const changing = {
  ...one,
  method: 'patch',
  operation: 'changeRule',
  summary: 'Write a new version of a rule, or switch it off',
  body: ruleChange,
  status: 200,
  reply: ruleSchema,
  problems: [400, 404, 409, 413],
} as const

/** Rules: list, add, try, read, change. */
export const addRuleEndpoints = (api: Api, deps: Deps): void => {
  addEndpoint(api, listing, async ({ params: { id } }) => {
    if ((await deps.store.connections.get(id)) === null) throw new Refusal('not-found', `there is no connection ${id}`)
    return { body: { items: (await deps.store.rules.list(id)).map(ruleView) } }
  })
  addEndpoint(api, adding, async ({ caller, params: { id }, body }) => {
    const { title, enabled = true, note = null } = body
    const words = { title, enabled, note, ...meaningOf(body) }
    return { body: ruleView(await addRule(deps, { connectionId: id, words, actor: caller.actor })) }
  })
  addEndpoint(api, trying, async ({ params: { id }, body: { rule, instead = null, every = false, cursor = null } }) => {
    const rules = await rulesToTry(deps, {
      connectionId: id,
      rule: rule === undefined ? null : meaningOf(rule),
      instead,
    })
    const { differences, ...trial } = await tryRules(deps, { connectionId: id, rules, every, cursor })
    return {
      body: { ...trial, differences: differences.map(({ mail, ...rest }) => ({ ...rest, mail: mailView(mail) })) },
    }
  })
  addEndpoint(api, reading, async ({ params: { id } }) => {
    await findRule(deps.store, id)
    return { body: { items: (await deps.store.rules.versions(id)).map(ruleView) } }
  })
  addEndpoint(api, changing, async ({ caller, params: { id }, body: { version = null, ...change } }) => ({
    body: ruleView(await changeRule(deps, { id, version, change, actor: caller.actor })),
  }))
}

type GivenMeaning = Pick<RuleMeaning, 'words' | 'outcome'> & {
  without?: string[] | undefined
  code?: string | undefined
}

const meaningOf = ({ words, without, outcome, code }: GivenMeaning): RuleMeaning => ({
  ...{ words, without: without ?? [] },
  ...{ outcome, code: code ?? null },
})

/** Those that are switched on, with the tried one among them. */
export const rulesToTry = async (
  deps: Deps,
  { connectionId, rule, instead }: { connectionId: string; rule: RuleMeaning | null; instead: string | null },
): Promise<ActiveRule[]> => {
  const active = await deps.store.rules.active(connectionId)
  const others = active.filter(({ id }) => id !== instead)
  if (rule === null) return others
  checkWords(rule)
  const last = instead === null ? null : await findRule(deps.store, instead)
  const tried = {
    id: last?.id ?? 'tried',
    version: (last?.version ?? 0) + 1,
    title: last?.title ?? 'the rule that is tried',
    note: last?.note ?? null,
  }
  return [...others, { ...tried, ...rule }]
}

const ruleView = ({ connectionId, at, ...rule }: MailRule) => ({
  ...rule,
  connection: connectionId,
  at: at.toISOString(),
})
