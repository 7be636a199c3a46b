import type { DomainStatus } from '../core/domain.js'
import type { OrderStatus } from '../core/order.js'

/**
 * A story that `sealpost demo` plays against the simulator, told by a profile in its `demo.ts`: orders as a billing
 * system would place them, and how each has to end.
 */
export type DemoStory = {
  /** Whether the demo plays it without being asked for by `--profile`. */
  byDefault: boolean
  connection: {
    title: string
    tlds: readonly string[]
    account: Readonly<Record<string, unknown>>
    defaults?: Readonly<Record<string, unknown>>
    /** Of a registry that never signs; without it its answers are believed by its key. */
    trust?: Readonly<Record<string, unknown>>
  }
  /** Where orders are calls of a server: who calls it, and the account of a connection to one that is there. */
  server?: {
    username: string
    account(at: { host: string; port: number; ca: string; secretName: string }): Readonly<Record<string, unknown>>
  }
  /** A name for the sample orders of the demo's console; without it `sample-<number>` under the first TLD. */
  sample?(number: number): string
  steps: readonly DemoStep[]
  /** What the person of the demo cannot do, where orders are tickets: the reason, by the domain in A-labels. */
  refuses?: Readonly<Record<string, string>>
}

export type DemoStep = {
  /** What it shows, in a few words. */
  title: string
  /** The body of `POST /v1/orders`, without `billingOrderId` and `account`, which the demo fills in. */
  order: Readonly<Record<string, unknown>> & { domain: string }
  /** Placed unpaid; the payment comes when every other step has ended, and nothing may have been sent before. */
  paysLater?: boolean
  /** Placed once the step with this title has ended. */
  after?: string
  expect: { order: OrderStatus; domain: DomainStatus }
}
