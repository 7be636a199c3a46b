import { ACTIONS, type Action } from '../core/action.js'
import type { Connection } from '../core/connection.js'
import { parseTld } from '../core/domain-name.js'
import { Refusal } from '../core/errors.js'
import { priceOf, suffixesOf } from '../core/price.js'
import type { Deps } from '../flows/deps.js'
import { capabilityOf, type Profile } from '../profiles/profile.js'
import { readAgreementView } from './connection-view.js'
import { orderForm } from './order-form.js'

/** The TLD in A-labels. Throws `Refusal` not-found (404) for what can be none. */
export const tldOf = (given: string): string => {
  const parsed = parseTld(given)
  if (parsed.ok) return parsed.value.tld
  throw new Refusal('not-found', parsed.problems.map(({ detail }) => detail).join(' '))
}

/** A TLD, where its orders go, and what its registry can do. */
export const readTldSummary = async (deps: Deps, tld: string, connection: Connection) => {
  const agreement = await readAgreementView(deps, connection)
  return {
    ...headOf(tld, connection),
    agreement: agreement === null ? null : { version: agreement.version },
    actions: ACTIONS.map((name) => actionOf(profileOf(deps, connection), connection, name)),
  }
}

/** The same with the whole agreement, and for each action that there is what an order for it has to say. */
export const readTldView = async (deps: Deps, tld: string, connection: Connection) => {
  const agreement = await readAgreementView(deps, connection)
  const profile = profileOf(deps, connection)
  const version = agreement?.version ?? null
  const prices = await deps.store.prices.list(suffixesOf(`x.${tld}`))
  const formOf = (name: Action) =>
    capabilityOf(profile, connection, name).supported
      ? orderForm({ profile, connection }, name, version === null ? null : { version })
      : null
  return {
    ...headOf(tld, connection),
    agreement,
    actions: ACTIONS.map((name) => ({
      ...actionOf(profile, connection, name),
      price: priceOf(prices, `x.${tld}`, name),
      fields: formOf(name),
    })),
  }
}

const headOf = (tld: string, { id, title, profile, mode, support, transferChecklist }: Connection) => {
  const parsed = parseTld(tld)
  const registrable = parsed.ok && parsed.value.registrable
  return {
    tld,
    unicodeTld: parsed.ok ? parsed.value.unicodeTld : tld,
    connection: { id, title, mode },
    profile,
    mode,
    support,
    transferChecklist,
    warning: registrable
      ? null
      : `.${tld} is no suffix of the public suffix list's ICANN section, so no name right below it can be ordered`,
  }
}

const actionOf = (profile: Profile, connection: Connection, name: Action) => {
  const capability = capabilityOf(profile, connection, name)
  return capability.supported
    ? { name, supported: true, reason: null, expectsReply: capability.expectsReply }
    : { name, supported: false, reason: capability.reason, expectsReply: null }
}

const profileOf = (deps: Deps, connection: Connection): Profile => {
  const profile = deps.profiles.get(connection.profile)
  if (profile === undefined) throw new Error(`the profile ${connection.profile} of ${connection.title} is not loaded`)
  return profile
}
