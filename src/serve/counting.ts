import { type AppOptions, smtpTransport } from '../app.js'
import type { Metrics } from '../http/metrics.js'
import type { MailTransport, Meter } from '../ports.js'

/** A transport and a meter that count from `count` on: they are needed before the metrics, which need the store. */
export const countingPorts = (options: AppOptions) => {
  let metrics: Metrics | null = null
  const inner = options.ports?.transport ?? smtpTransport(options)
  const transport: MailTransport = {
    send: async (mail) => {
      const result = await inner.send(mail)
      metrics?.mailSent(result.outcome)
      return result
    },
  }
  const meter: Meter = {
    mailJudged: (stage, ms) => metrics?.mailJudged(stage, ms),
    replied: (ms) => metrics?.replied(ms),
    webhookCalled: (outcome, ms) => metrics?.webhookCalled(outcome, ms),
    unsignedBelieved: () => metrics?.unsignedBelieved(),
  }
  const count = (by: Metrics): void => {
    metrics = by
  }
  return { transport, meter, count }
}
