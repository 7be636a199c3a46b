import { isWithin, type MailConnection, type Pin, registryAddresses, type Scheme } from '../core/connection.js'
import type { RehearsalStep } from '../core/rehearsal.js'
import type { RehearsalKey } from '../ports.js'
import { readKey } from '../signing/keys/read-key.js'
import type { PinnedKey } from '../signing/scheme.js'
import type { Deps } from './deps.js'
import { DAY_MS, notAsMeant, playStep } from './play-step.js'

type RegistryDeps = Pick<Deps, 'clock' | 'rehearsals' | 'reader'>

/**
 * Plays the change of the registry's key, at the times at which the connection pins its keys. Nobody here has the registry's
 * private keys, so keys of a simulated registry stand in for them; whether what they sign is believed is decided by the
 * same code as for mails that come in. Times that the connection does not say are made up, and the detail says so. Nothing is
 * played for a registry that never signs, of which no key is pinned.
 */
export const rehearseRegistryKey = async (deps: RegistryDeps, connection: MailConnection): Promise<RehearsalStep[]> => {
  if (connection.trust.keys.length === 0) return []
  const now = deps.clock.now()
  const times = timesOf(connection.trust.keys, now)
  if (times === null) {
    const none = () => Promise.reject(notAsMeant('none of trust.keys is to be used now; see notBefore and notAfter'))
    return [await playStep('reply-old', now, none)]
  }
  const scheme = schemeOf(connection)
  const make = () => deps.rehearsals.newRegistryKey({ scheme, address: connection.registry.to, at: now })
  const [old, next, unknown] = [await make(), await make(), await make()]
  const pins = [
    await pinned(old, { ...times.old, notAfter: times.until }),
    await pinned(next, { ...times.next, notBefore: times.from }),
  ]
  const { from } = times
  const after = new Date(times.until.getTime() + 1_000)
  const reasonAgainst = (key: RehearsalKey, at: Date) => readReply(deps, { connection, key, at, pins })
  const believes = async (key: RehearsalKey, at: Date): Promise<string> => {
    const reason = await reasonAgainst(key, at)
    if (reason !== null) throw notAsMeant(`it is not believed: ${reason}`)
    return 'it is believed'
  }
  const refuses = async (key: RehearsalKey, at: Date): Promise<string> => {
    const reason = await reasonAgainst(key, at)
    if (reason === null) throw notAsMeant('it is believed')
    return `it is not believed: ${reason}`
  }
  const madeUp = async (note: string | null, work: Promise<string>): Promise<string> =>
    note === null ? work : `${await work} (${note})`
  const both = async (): Promise<string> => {
    await believes(old, from)
    await believes(next, from)
    return 'both are believed'
  }
  return [
    await playStep('reply-old', now, () => believes(old, now)),
    await playStep('reply-new-early', now, () => madeUp(times.madeUpNext, refuses(next, now))),
    await playStep('reply-both', from, both),
    await playStep('reply-new-after', after, () => believes(next, after)),
    await playStep('reply-old-after', after, () => madeUp(times.madeUpEnd, refuses(old, after))),
    await playStep('reply-unknown', from, () => refuses(unknown, from)),
  ]
}

const schemeOf = ({ signing, trust: { schemes } }: MailConnection): Scheme =>
  schemes.includes(signing.scheme) ? signing.scheme : (schemes[0] ?? signing.scheme)

/** From when the next key is pinned, and until when the present ones are. Null where none is pinned now. */
type Times = { old: Pin; next: Pin; from: Date; until: Date; madeUpNext: string | null; madeUpEnd: string | null }

const timesOf = (pins: readonly Pin[], now: Date): Times | null => {
  const present = pins.filter((pin) => isWithin(pin, now))
  const [old] = present
  if (old === undefined) return null
  const ends = present.map(({ notAfter }) => notAfter?.getTime() ?? Number.POSITIVE_INFINITY)
  const end = Math.max(...ends)
  const later = pins.flatMap((pin) => (pin.notBefore !== null && pin.notBefore > now ? [pin] : []))
  const next = later.sort((a, b) => (a.notBefore?.getTime() ?? 0) - (b.notBefore?.getTime() ?? 0))[0] ?? null
  const from = next?.notBefore ?? new Date(Math.min(now.getTime() + DAY_MS, end))
  return {
    ...{ old, from, next: next ?? { ...old, file: 'the next key', notBefore: from, notAfter: null } },
    until: new Date(Number.isFinite(end) ? end : from.getTime() + DAY_MS),
    madeUpNext:
      next === null ? `trust.keys names no later key: as if one were pinned from ${from.toISOString()}` : null,
    madeUpEnd: Number.isFinite(end)
      ? null
      : `trust.keys gives ${old.file} no notAfter: as if it ended a day after the change`,
  }
}

/** As what a registry sent is read from its file. `names` is about authorities, which a stand-in is not. */
const pinned = async ({ publicKey }: RehearsalKey, pin: Pin): Promise<PinnedKey> => {
  const { format, pinned: read } = await readKey(pin.file, Buffer.from(publicKey))
  return { ...pin, names: null, format, bytes: read() }
}

type Played = { connection: MailConnection; key: RehearsalKey; at: Date; pins: readonly PinnedKey[] }

/** Why a reply by this key is not believed at that time; null where it is. */
const readReply = async ({ reader }: RegistryDeps, { connection, key, at, pins }: Played): Promise<string | null> => {
  const { registry, trust, profile, account } = connection
  const { schemes, maxAge, weak } = trust
  const { verdict } = await reader.read({
    ...{ raw: await key.write({ to: registry.replyTo, text: 'This is a rehearsal.', at }), envelopeFrom: registry.to },
    ...{
      profile,
      account,
      trust: { schemes, maxAge, weak },
      keys: pins,
      registryAddresses: registryAddresses(connection),
    },
    ...{ receivedAt: at, handedOver: false, rules: [] },
  })
  return verdict.kind === 'trusted' ? null : verdict.reason
}
