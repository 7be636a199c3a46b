import { z } from 'zod'
import { ACTIONS } from '../../src/core/action.js'
import { blankReply, type Reply } from '../../src/core/reply.js'
import type { Capability, EncodeInput, ServerProfile, ServerReading } from '../../src/profiles/profile.js'
import type { TemplateSources } from '../../src/profiles/template.js'

/**
 * A registry with a server of one line: `register example.org REFERENCE` is answered by `OK`, `LATER 17`, `NO 4 because`, `BUSY` or
 * something else, and so is `status example.org 17`; `expiry example.org` by a date.
 */
export const lineProfile: ServerProfile = {
  ...{ id: 'lines', title: 'A server of lines', channel: 'https', renewal: 'request', usualReply: null },
  account: z.strictObject({ login: z.string(), live: z.string().optional(), test: z.string().optional() }),
  capabilities: Object.fromEntries(
    ACTIONS.map((action): [string, Capability] => [
      action,
      ['register', 'transfer', 'check'].includes(action)
        ? { supported: true, expectsReply: true }
        : { supported: false, reason: 'A server of lines has no word for it.' },
    ]),
  ) as ServerProfile['capabilities'],
  endpoint: ({ live, test }, mode) => ({
    ...{ host: String((mode === 'live' ? live : test) ?? `${mode}.lines.example`), port: 8443, path: '/', ca: null },
  }),
  secretName: () => 'LINES_SECRET',
  headers: ({ account, secret, body }) => ({
    'x-login': String(account['login']),
    'x-proof': `${secret}${body.length}`,
  }),
  resend: (action) => (action === 'check' ? 'safe' : 'ask'),
  check: () => [],
  encode: ({ terms, reference }) => ({ action: terms.action, name: terms.domain, reference }),
  confirm: ({ body }, { terms, reference }) =>
    body === `${terms.action} ${terms.domain} ${reference}\n`
      ? []
      : [{ pointer: '', detail: 'it says something else' }],
  read: ({ body }, input) => readingOf(body.toString(), input),
  poll: {
    question: ({ terms, ticket }) =>
      terms.action === 'check'
        ? null
        : { template: 'status', values: { name: terms.domain, ticket: ticket ?? 'unknown' } },
    read: ({ body }, input) => readingOf(body.toString(), input),
  },
  more: {
    question: (reply, { terms }) =>
      terms.action === 'check' || reply.expiresAt !== null
        ? null
        : { template: 'expiry', values: { name: terms.domain } },
    add: (reply, { body }) => ({ ...reply, expiresAt: new Date(body.toString()) }),
  },
  probe: {
    question: ({ login }) => ({ template: 'status', values: { name: String(login), ticket: 'none' } }),
    judge: ({ body }) => ({ ok: body.toString() === 'OK', detail: `it says ${body.toString()}` }),
  },
  samples: [],
  questions: [
    { template: 'status', values: { name: 'example.org', ticket: '17' } },
    { template: 'expiry', values: { name: 'example.org' } },
  ],
}

const ORDER = { file: 'lines', source: 'Subject: x\n\n{{ action }} {{ name }} {{ reference }}\n' }

export const lineTemplates: TemplateSources = new Map([
  ...['register', 'transfer', 'check'].map((action) => [`lines/${action}`, ORDER] as const),
  ['lines/status', { file: 'status', source: 'Subject: x\n\nstatus {{ name }} {{ ticket }}\n' }],
  ['lines/expiry', { file: 'expiry', source: 'Subject: x\n\nexpiry {{ name }}\n' }],
])

const readingOf = (words: string, input: EncodeInput): ServerReading => {
  const [kind, ticket = null] = words.split(' ')
  const reply = (change: Partial<Reply>): ServerReading => ({
    ...{ kind: 'replies', words },
    replies: [{ ...bareReply(input, words), ...change }],
  })
  if (kind === 'OK') return reply({ outcome: 'done' })
  if (kind === 'LATER') return reply({ outcome: 'accepted', ticket })
  if (kind === 'NO') return reply({ outcome: 'refused', code: ticket })
  if (kind === 'WHAT') return reply({ outcome: 'unrecognised' })
  return kind === 'BUSY' ? { kind: 'untaken', words } : { kind: 'unclear', words }
}

const bareReply = ({ terms }: EncodeInput, text: string): Reply => ({
  ...blankReply(),
  ...{ outcome: 'done', domain: terms.domain, action: terms.action, text },
})
