import type { Mail } from '../../src/core/mail.js'
import personality from '../../src/simulator/denic/personality.js'
import { createMemory, type RegistryMemory } from '../../src/simulator/memory.js'
import type { News } from '../../src/simulator/personality.js'
import type { TestGateway } from './gateway.js'

/**
 * The simulated registry at a gateway without sockets: it reads what the gateway sent, and its answers come back signed. It
 * shares nothing with the profile, so that each is the other's test.
 */
export const createRegistry = (
  gateway: TestGateway,
): RegistryMemory & {
  answer(): Promise<void>
  skip(): void
  tell(news: News, name: string): Promise<Mail>
} => {
  const memory = createMemory({}, gateway.now)
  let answered = 0
  return {
    ...memory,
    /** Never answers what was sent so far. */
    skip: () => {
      answered = gateway.sent.length
    },
    /** Does that to a domain, and tells it by a signed mail. */
    tell: async (news: News, name: string) => {
      const text = personality.tell(news, { text: `Version: 5.0\nAction: INFO\nDomain: ${name}`, subject: '' }, memory)
      if (text === null) throw new Error(`${name} is not the gateway's`)
      return gateway.receive(await gateway.reply(text.split('\n')))
    },
    /** Has what is due be sent, carries out what was sent since the last time, and answers each. */
    answer: async () => {
      await gateway.run()
      for (const { raw } of gateway.sent.slice(answered)) {
        answered += 1
        gateway.pass(1_000)
        const { text } = personality.handle({ text: textOf(raw), subject: '' }, memory)
        await gateway.receive(await gateway.reply(text.split('\n')))
      }
    },
  }
}

/** The text that a clear-signed mail signs (RFC 9580, 7), out of its quoted-printable (RFC 2045, 6.7). */
const textOf = (raw: Buffer): string => {
  const mail = raw.toString('latin1')
  const quoted = /^Content-Transfer-Encoding: quoted-printable/im.test(mail)
  const plain = quoted
    ? mail
        .replace(/=\r\n/g, '')
        .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : mail
  const [, text = ''] =
    /-----BEGIN PGP SIGNED MESSAGE-----\r\n(?:[^\r]+\r\n)*\r\n([\s\S]*?)\r\n-----BEGIN PGP SIGNATURE-----/.exec(
      plain,
    ) ?? []
  return Buffer.from(text.replaceAll('\r\n', '\n').replace(/^- /gm, ''), 'latin1').toString('utf8')
}
