/** What has to be done before a connection in test mode goes live. */
export const CHECKLIST = {
  'agreement-signed': 'The contract with the registry is signed',
  'key-exchanged': "The registry has our key, and we have the registry's",
  'test-order-passed': "An order has passed the registry's test system",
} as const

export type ChecklistItem = keyof typeof CHECKLIST

export const isChecklistItem = (name: string): name is ChecklistItem => Object.hasOwn(CHECKLIST, name)

/** What a person says is done; the rest is known from what happened. */
export const isTicked = (item: ChecklistItem): boolean => item !== 'test-order-passed'

export type Tick = { item: string; by: string; at: Date; note: string | null }

export type ChecklistLine = {
  item: ChecklistItem
  done: boolean
  /** What is known of it, or what to do. */
  detail: string
  doneBy: string | null
  doneAt: Date | null
}

/** The whole list in its order. `key` is the one that signs now, or says why none does; `secret` is the variable with what proves the calls of a server; null where requests are tickets. `passed` is the first order in test mode that was done. */
export const checklistOf = (known: {
  ticks: readonly Tick[]
  key: { file: string; fingerprint: string } | { secret: string } | { fault: string } | null
  passed: { id: string; domain: string; at: Date } | null
}): ChecklistLine[] => {
  const { ticks, key, passed } = known
  const ticked = (item: ChecklistItem, detail: string, holds = true): ChecklistLine => {
    const tick = ticks.find((one) => one.item === item) ?? null
    const said = tick?.note == null ? detail : `${detail} (${tick.note})`
    return { item, done: tick !== null && holds, detail: said, doneBy: tick?.by ?? null, doneAt: tick?.at ?? null }
  }
  return [
    ticked('agreement-signed', 'Tick this when the registry has countersigned.'),
    key === null
      ? NO_KEY
      : 'fault' in key
        ? ticked('key-exchanged', `Requests cannot be signed: ${key.fault}.`, false)
        : ticked(
            'key-exchanged',
            'secret' in key
              ? `Requests are proved by the key in the variable ${key.secret}: the registry gave it, and must let in the address of this host.`
              : `Requests are signed by ${key.file}, fingerprint ${key.fingerprint}: the registry must have it.`,
          ),
    {
      item: 'test-order-passed',
      done: passed !== null,
      detail:
        passed === null
          ? 'Place an order on this connection, and wait until the test system has said yes.'
          : `Order ${passed.id} for ${passed.domain} was done.`,
      ...{ doneBy: passed === null ? null : 'registry', doneAt: passed?.at ?? null },
    },
  ]
}

const NO_KEY: ChecklistLine = {
  ...{ item: 'key-exchanged', done: true, doneBy: null, doneAt: null },
  detail: 'Does not apply: nothing is mailed, so there are no keys to exchange.',
}
