import { type MailConnection, type OwnKey, ownKeyAt } from '../core/connection.js'
import type { Rehearsal, RehearsalStep } from '../core/rehearsal.js'
import { messageIdOf } from '../core/request.js'
import type { Draft } from '../profiles/profile.js'
import type { Keyring } from '../signing/keyring.js'
import { signMail } from '../signing/sign-mail.js'
import type { Deps } from './deps.js'
import { DAY_MS, notAsMeant, playStep } from './play-step.js'
import { passphraseOf, signerAt } from './signer.js'
import { THROW_AWAY_KEY, withThrowAwayKey } from './throw-away-key.js'

type OwnDeps = Pick<Deps, 'keyring' | 'env' | 'clock' | 'rehearsals' | 'newSecret'>

/**
 * Plays the change of our own key: a request by the present one, by the next from its `notBefore` on, and by the present one
 * once the registry has dropped it. Which key signs when is decided by the same code as for requests that leave
 * (`signerAt`); whether a registry takes them, by the simulator. `next` is null where a key was made for it alone.
 */
export const rehearseOwnKey = async (
  deps: OwnDeps,
  { connection, draft }: { connection: MailConnection; draft: Draft },
): Promise<Omit<Rehearsal, 'ok'>> => {
  const now = deps.clock.now()
  const own = ownKeyAt(connection.signing.keys, now)
  if (own === null) {
    const none = () => Promise.reject(notAsMeant('none of signing.keys is to be used now; see notBefore and notAfter'))
    return { key: null, next: null, steps: [await playStep('old-signs', now, none)] }
  }
  const planned = nextKey(connection.signing.keys, now)
  const plan = planned === null ? await makeUp(deps, { connection, own, now }) : { ...deps, connection, next: planned }
  const steps = await playAll(plan, { own, now, draft })
  return { key: own.file, next: planned?.file ?? null, steps }
}

type NextKey = OwnKey & { notBefore: Date }

/** The one whose time begins first of those to come. */
const nextKey = (keys: readonly OwnKey[], now: Date): NextKey | null => {
  const later = keys.flatMap((key) =>
    key.notBefore !== null && key.notBefore > now ? [{ ...key, notBefore: key.notBefore }] : [],
  )
  return later.sort((a, b) => a.notBefore.getTime() - b.notBefore.getTime())[0] ?? null
}

type Plan = OwnDeps & { connection: MailConnection; next: NextKey }

/** As if the connection named one more key, from tomorrow on or from when the present one ends. */
const makeUp = async (
  deps: OwnDeps,
  { connection, own, now }: { connection: MailConnection; own: OwnKey; now: Date },
): Promise<Plan> => {
  const { scheme, keys } = connection.signing
  const tomorrow = now.getTime() + DAY_MS
  const notBefore = new Date(Math.min(tomorrow, own.notAfter?.getTime() ?? tomorrow))
  const next = { file: THROW_AWAY_KEY, passphraseEnv: null, notBefore, notAfter: null }
  const keyring = await withThrowAwayKey(deps.keyring, { scheme, email: connection.registry.from, at: now })
  return { ...deps, keyring, next, connection: { ...connection, signing: { scheme, keys: [...keys, next] } } }
}

const playAll = async (
  plan: Plan,
  { own, now, draft }: { own: OwnKey; now: Date; draft: Draft },
): Promise<RehearsalStep[]> => {
  const { next } = plan
  const change = next.notBefore
  const [before, after] = [new Date(change.getTime() - 1_000), new Date(change.getTime() + DAY_MS)]
  const lastOfOld: { mail: Buffer | null } = { mail: null }
  const takes = async (by: OwnKey, at: Date, known: readonly OwnKey[]): Promise<string> => {
    const mail = await writeRequest(plan, { by, at, draft })
    if (by === own) lastOfOld.mail = mail
    const answer = await plan.rehearsals.takesMail(mail, { trusted: await publicHalves(plan, known), at })
    if (!answer.ok) throw notAsMeant(`signed by ${by.file}, and refused: ${answer.reason}`)
    return `signed by ${by.file}, and taken`
  }
  const refusesOld = async (): Promise<string> => {
    if (lastOfOld.mail === null) throw notAsMeant(`no request could be signed by ${own.file}`)
    const answer = await plan.rehearsals.takesMail(lastOfOld.mail, {
      trusted: await publicHalves(plan, [next]),
      at: after,
    })
    if (answer.ok) throw notAsMeant(`signed by ${own.file}, and taken all the same: is it the same key?`)
    return `signed by ${own.file}, and refused: ${answer.reason}`
  }
  return [
    await playStep('old-signs', now, () => takes(own, now, [own])),
    await playStep('old-until-change', before, () => takes(own, before, [own, next])),
    await playStep('new-from-change', change, () => takes(next, change, [own, next])),
    await playStep('new-after', after, () => takes(next, after, [next])),
    await playStep('old-after', after, refusesOld),
  ]
}

/** As it would leave at that time, but for DKIM, which no registry's robot asks for. */
const writeRequest = async (
  { connection, keyring, env, newSecret }: Plan,
  { by, at, draft }: { by: OwnKey; at: Date; draft: Draft },
): Promise<Buffer> => {
  const { keyFile, key, to } = await signerAt({ keyring, env }, connection, at)
  if (keyFile !== by.file) throw notAsMeant(`${keyFile} signs at ${at.toISOString()}, and not ${by.file}`)
  const { from, replyTo } = connection.registry
  return signMail({
    ...{ scheme: connection.signing.scheme, key, at, from, to, replyTo },
    ...{ ...draft, messageId: messageIdOf(`r${newSecret()}`, from) },
  })
}

const publicHalves = (
  { keyring, env }: { keyring: Keyring } & Pick<Deps, 'env'>,
  keys: readonly OwnKey[],
): Promise<string[]> =>
  Promise.all(
    keys.map(
      async ({ file, passphraseEnv }) => (await keyring.publicKey(file, passphraseOf({ env }, passphraseEnv))).text,
    ),
  )
