import type { App } from '../app.js'
import { findMailbox } from '../flows/connections.js'
import { receiveMail } from '../flows/receive-mail.js'
import type { Probe } from '../http/health.js'
import type { Metrics } from '../http/metrics.js'
import { type Listener, startListener } from '../smtp/listener.js'

const MAX_SMTP_CLIENTS = 2_000

/** The role `smtp`: mails come in and are stored. */
export const openMailDoor = ({ deps, settings }: App, metrics: Metrics): Promise<Listener> =>
  startListener({
    listen: settings.smtp,
    hostname: settings.mxHostname,
    ...(settings.smtpTls === null ? {} : { tls: settings.smtpTls }),
    perAddress: settings.smtpPerAddress,
    maxClients: MAX_SMTP_CLIENTS,
    log: deps.log,
    mailbox: (address) => findMailbox(deps, address),
    receive: async ({ envelope, raw, recipients }) => {
      const { ids } = await receiveMail(deps, { envelope, raw, targets: recipients })
      metrics.mailReceived()
      return { id: ids.join(' ') }
    },
  })

export const mailDoorProbe =
  (listener: Listener): Probe =>
  () => ({ ready: listener.listening(), detail: `${listener.connections()} clients on port ${listener.port}` })
