import { type AppOptions, smtpTransport } from '../app.js'
import type { Metrics } from '../http/metrics.js'
import type { MailTransport } from '../ports.js'

/** A transport that counts hand-overs from `count` on: it is needed before the metrics, which need the store. */
export const countingTransport = (options: AppOptions) => {
  let metrics: Metrics | null = null
  const inner = options.ports?.transport ?? smtpTransport(options)
  const transport: MailTransport = {
    send: async (mail) => {
      const result = await inner.send(mail)
      metrics?.mailSent(result.outcome)
      return result
    },
  }
  const count = (by: Metrics): void => {
    metrics = by
  }
  return { transport, count }
}
