import type { NewAction } from '../core/action-log.js'
import type { Subject } from '../core/happening.js'
import { takes } from '../core/webhook.js'
import type { Tables } from '../ports.js'
import type { Deps } from './deps.js'

/** What the log says where an order was let go and has its DNS asked for: who is told, and that its request is held meanwhile. */
export const askForDns = async (deps: Deps, tables: Tables, subject: Subject): Promise<void> => {
  const told = (await tables.webhooks.list()).filter((webhook) => takes(webhook, 'dns.prepare')).length
  const held =
    told === 0
      ? 'no webhook takes this event, so the request is held until somebody acknowledges it (sealpost order dns-prepared)'
      : `the request is held until every webhook that takes this event (${told} now) answered it with 2xx, or somebody acknowledges it`
  await tables.actions.append([
    {
      ...{ ...aboutSubject(deps, subject), actor: 'system', event: 'order.dns-asked', data: { webhooks: told } },
      level: told === 0 ? 'warning' : 'info',
      text: `${wordsOf(subject)}: its DNS is to be prepared (dns.prepare); ${held}`,
    },
  ])
}

export const wordsOf = ({ order: { terms } }: Subject): string => `${terms.action} ${terms.unicodeName}`

export const aboutSubject = (
  deps: Deps,
  { order, request, domain }: Subject,
): Pick<NewAction, 'at' | 'domain' | 'orderId' | 'requestId'> => ({
  ...{ at: deps.clock.now(), domain: domain.name },
  ...{ orderId: order.id, requestId: request.id },
})
