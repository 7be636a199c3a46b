import type { IssuerPolicy } from '../core/issuer-claims.js'
import type { User } from '../ports.js'

/** What the HTTP side needs of the settings; `config.ts` checks them. */
export type HttpSettings = {
  /** `SEALPOST_TOKEN`: an admin token that is not in the store. */
  token: string | null
  /** `SEALPOST_PUBLIC_URL`: how browsers reach the console, without a trailing slash. */
  publicUrl: string | null
  /** `SEALPOST_TRUSTED_PROXIES`: addresses whose `X-Forwarded-For` is believed. */
  trustedProxies: readonly string[]
  /** `SEALPOST_API_PER_MINUTE`: calls of one billing token. */
  apiPerMinute: number
  /** `SEALPOST_TIMEZONE`: of digests and of the times that pages show. */
  timezone: string
  /** `SEALPOST_SECOND_FACTOR`: roles that need one to use the console; absent: none. */
  secondFactor?: readonly User['role'][]
  /** `SEALPOST_OIDC_*`: what the word of an issuer is worth; null, or absent, where there is none. */
  oidc?: IssuerPolicy | null
}

/** One part that the gateway stands on: the database, the queue, the SMTP listener. */
export type HealthPart = { name: string; ready: boolean; detail: string }
export type HealthReport = { ready: boolean; parts: readonly HealthPart[] }
