import type { KeyObject } from 'node:crypto'
import { WEAKNESSES, type Weakness } from '../../core/connection.js'
import type { Certificate } from './certificate.js'
import { strengthOf } from './signature-algorithm.js'

const CURVES: ReadonlyMap<string | undefined, string> = new Map([
  ['prime256v1', 'P-256'],
  ['secp384r1', 'P-384'],
  ['secp521r1', 'P-521'],
])

/** Such as `RSA 3072`, `RSA-PSS 2048` or `P-256`, for people. */
export const algorithmOfKey = ({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): string => {
  if (details?.modulusLength !== undefined) return `${type?.toUpperCase()} ${details.modulusLength}`
  return CURVES.get(details?.namedCurve) ?? details?.namedCurve ?? type?.replace(/^ed/, 'Ed') ?? 'unknown'
}

const MIN_BITS = 2048

/** Why a key signs no mails of ours, as the end of a sentence; null where it does. Keys for PSS alone are of another type. */
export const signingProblem = ({ key, extensions: { usage } }: Certificate): string | null => {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key
  const isStrong =
    type === 'rsa' ? (details?.modulusLength ?? 0) >= MIN_BITS : type === 'ec' && CURVES.has(details?.namedCurve)
  if (!isStrong)
    return `its key is ${algorithmOfKey(key)}; it takes RSA of ${MIN_BITS} bits or more, P-256, P-384 or P-521`
  return usage?.documents === false ? 'its key usage allows no digital signatures' : null
}

/** What `trust.weak` has to name for what this key signs to be believed. */
export const weaknessesOf = ({ key }: Certificate): Weakness[] => {
  const strength = strengthOf('sha256', key, WEAKNESSES)
  return strength.ok ? strength.value : []
}

/** Whether, with some setting, we believe what the key of this certificate signs: mails, or certificates of those who do. */
export const canVouch = ({ key, extensions: { isAuthority, usage } }: Certificate): boolean =>
  strengthOf('sha256', key, ['rsa1024']).ok &&
  (usage === null || usage.documents || (isAuthority && usage.certificates))
