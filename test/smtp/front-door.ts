import { rmSync } from 'node:fs'
import type { Mail } from '../../src/core/mail.js'
import { findMailbox } from '../../src/flows/connections.js'
import { receiveMail } from '../../src/flows/receive-mail.js'
import { type Listener, type ListenerOptions, startListener } from '../../src/smtp/listener.js'
import { openTestStore, silentLog, temporaryFolder } from '../helpers/database.js'
import { addTestConnection, createTestGateway, REPLY_TO, ROBOT, type TestGateway } from '../helpers/gateway.js'
import { connectClient } from './line-client.js'

export type FrontDoor = {
  gateway: TestGateway
  listener: Listener
  /** An honest server's session with these octets as they are on the wire, without the final dot: the last answer. */
  deliver(wire: Buffer | string): Promise<string>
  /** The same, and everything that is due is done: the mail as it was judged, and its octets as they were kept. */
  judge(wire: Buffer | string): Promise<{ mail: Mail; raw: Buffer }>
  close(): Promise<void>
}

/** A gateway with a connection behind a real listener, as `serve` puts them together. */
export const openFrontDoor = async (
  options: Partial<ListenerOptions<never>> = {},
  database: { embedded?: true } = {},
): Promise<FrontDoor> => {
  const folder = temporaryFolder()
  const store = await openTestStore(database)
  const gateway = await createTestGateway(store, folder)
  await addTestConnection(gateway)
  const { deps } = gateway
  const listener = await startListener({
    listen: { host: '127.0.0.1', port: 0 },
    hostname: 'in.hoster.example',
    perAddress: 50,
    maxClients: 2_000,
    log: silentLog,
    ...options,
    mailbox: (address) => findMailbox(deps, address),
    receive: async ({ envelope, raw, recipients }) => {
      const { ids } = await receiveMail(deps, { envelope, raw, targets: recipients })
      return { id: ids.join(' ') }
    },
  })
  const deliver = async (wire: Buffer | string): Promise<string> => {
    const client = await connectClient(listener.port, { early: true })
    try {
      const greeting = await client.reply()
      if (!greeting.startsWith('220')) return greeting
      await client.envelope({ from: ROBOT, to: [REPLY_TO] })
      await client.data(typeof wire === 'string' ? Buffer.from(wire, 'latin1') : wire)
      client.write('.\r\n')
      return await client.reply()
    } finally {
      client.end()
    }
  }
  return {
    gateway,
    listener,
    deliver,
    judge: async (wire) => {
      const [, id] = /^250 .* stored as (\S+)$/.exec(await deliver(wire)) ?? []
      await gateway.run()
      const [mail, raw] = [await deps.store.mails.get(id ?? ''), await deps.store.mails.raw(id ?? '')]
      if (mail === null || raw === null) throw new Error('the mail was not stored')
      return { mail, raw }
    },
    close: async () => {
      await listener.close()
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
