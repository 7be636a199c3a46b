import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ingestMail } from '../../src/flows/ingest-mail.js'
import { success } from '../helpers/gateway.js'
import { type FrontDoor, openFrontDoor } from './front-door.js'
import { SMUGGLES } from './listener-stage.js'

let door: FrontDoor
let orderId: string
let honest: string

beforeAll(async () => {
  door = await openFrontDoor()
  const order = await door.gateway.place()
  orderId = order.id
  await door.gateway.run()
  honest = await door.gateway.reply(success(order.request?.reference ?? ''))
})
afterAll(() => door.close())

const CLAIMS = 'MAIL FROM:<evil@evil.example>\r\nRCPT TO:<robot@in.example>\r\nDATA\r\nSubject: two\r\n\r\n'

/** A valid reply whose signature still holds for a reader that is generous about line ends, and its reason. */
const TRICKS: [string, (raw: string) => string, RegExp][] = [
  ['a bare LF after the first header field', (raw) => raw.replace('\r\n', '\n'), /with LF alone/],
  ['a bare LF before the body', (raw) => raw.replace('\r\n\r\n', '\r\n\n'), /with LF alone/],
  ['a bare LF in the signed text', (raw) => raw.replace('success\r\n', 'success\n'), /with LF alone/],
  ['bare LFs throughout', (raw) => `${raw.replaceAll('\r\n', '\n')}\r\n`, /with LF alone/],
  ['a bare LF at its end', (raw) => `${raw}\n\r\n`, /with LF alone/],
  ['a line end of CR CR LF', (raw) => raw.replace('success\r\n', 'success\r\r\n'), /a CR without LF/],
  ['a bare CR in the header', (raw) => raw.replace('Re: ', 'Re:\r '), /a CR without LF/],
  ['a bare CR at its end', (raw) => `${raw}\r\r\n`, /a CR without LF/],
  ['a NUL in the header', (raw) => raw.replace('Re: ', 'Re:\0 '), /NUL/],
  ['a NUL at its end', (raw) => `${raw}\0\r\n`, /NUL/],
  ...SMUGGLES.map((end): [string, (raw: string) => string, RegExp] => [
    `${JSON.stringify(end)} and a second mail behind it`,
    (raw) => `${raw.trimEnd()}${end}${CLAIMS}${raw}`,
    /NUL|CR without LF|LF alone/,
  ]),
]

describe('a mail by SMTP that is not made of lines with CRLF', () => {
  test.each(TRICKS)(
    '%s: kept as it came, put aside with its reason, nothing is changed',
    async (_title, trick, reason) => {
      const wire = trick(honest)
      const { mail, raw } = await door.judge(wire)
      expect(raw.toString('latin1')).toBe(wire)
      expect(mail.stage).toBe('quarantined')
      expect(mail.reason).toMatch(reason)
      expect(mail.verdict?.kind).toBe('untrusted')
      expect((await door.gateway.order(orderId)).status).toBe('sent')
    },
  )
})

describe('a mail from a delivery agent', () => {
  const ingest = async (raw: string) => {
    const { ids } = await ingestMail(door.gateway.deps, Buffer.from(raw, 'latin1'))
    await door.gateway.run()
    return door.gateway.deps.store.mails.get(ids[0] ?? '')
  }
  const asPiped = () => honest.replaceAll('\r\n', '\n')

  test('with a CR or a NUL that stands alone is put aside as well', async () => {
    expect(await ingest(asPiped().replace('success', 'succ\ress'))).toMatchObject({ stage: 'quarantined' })
    expect(await ingest(asPiped().replace('success', 'succ\0ess'))).toMatchObject({ stage: 'quarantined' })
    expect((await door.gateway.order(orderId)).status).toBe('sent')
  })

  test('has LF throughout, and is believed', async () => {
    expect(await ingest(asPiped())).toMatchObject({ stage: 'settled', verdict: { kind: 'trusted' } })
    expect((await door.gateway.order(orderId)).status).toBe('done')
  })

  test('mixes line ends, as openssl writes them, and is read like the others', async () => {
    const mixed = await ingest(asPiped().replace('success\n', 'success\r\n'))
    expect(mixed).toMatchObject({ stage: 'duplicate', verdict: { kind: 'trusted' } })
  })
})

test('the same mail by SMTP as it should be says the same', async () => {
  const { mail } = await door.judge(honest)
  expect(mail).toMatchObject({ stage: 'duplicate', verdict: { kind: 'trusted' } })
})
