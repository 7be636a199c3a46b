import { readCleartextMessage, readKey, verify } from 'openpgp'
import { afterEach, describe, expect, test } from 'vitest'
import { BEHAVIOURS, type Behaviour, parseBehaviour } from '../../src/simulator/behaviours.js'
import { type Arrived, BOUNCES, clearOrder, mimeOrder, openWorld, orderText, REPLY_TO, type World } from './gateway.js'

let world: World | undefined
afterEach(async () => {
  await world?.close()
  world = undefined
})

const open = async (options: Parameters<typeof openWorld>[0]): Promise<World> => {
  world = await openWorld(options)
  return world
}

const order = (from: World, messageId = '<order-1@gateway.example>', changes = {}): Promise<Buffer> =>
  clearOrder(from.gateway.privateKey, orderText('example.de', changes), messageId)

/** The text of a good answer; throws where the signature is not that of the registry. */
const verified = async ({ mail }: Arrived, publicKey: string): Promise<string> => {
  const message = await readCleartextMessage({ cleartextMessage: mail.text ?? '' })
  const verificationKeys = await readKey({ armoredKey: publicKey })
  return (await verify({ message, verificationKeys, expectSigned: true })).data
}

test('honest: one signed answer to the Reply-To, tied to the order', async () => {
  const at = await open({})
  await at.send({ octets: await order(at) })
  const [answer] = await at.sink.mails(1)
  if (answer === undefined) throw new Error('no answer')
  expect(answer).toMatchObject({ from: 'robot@registry.example', to: [REPLY_TO] })
  expect(answer.mail).toMatchObject({
    subject: 'Re: CREATE bücher.de',
    inReplyTo: '<order-1@gateway.example>',
    references: '<order-1@gateway.example>',
  })
  expect(answer.mail.headers.get('auto-submitted')).toBe('auto-generated')
  expect(answer.mail.messageId).toMatch(/^<[^@]+@registry\.example>$/)
  expect(answer.mail.date).toBeInstanceOf(Date)
  expect(await verified(answer, at.robot.publicKey)).toMatch(
    /^RESULT: success\nSTID: [0-9a-f-]{36}\nINFO: 16000063119 .*\[example\.de\]\nCTID: gw-1$/,
  )
  expect(at.simulator.registry.find('example.de')).toMatchObject({ provider: 'gateway', delegated: true })
  expect(at.simulator.received()).toMatchObject([
    { behave: 'honest', answer: { outcome: 'success', reference: 'gw-1' } },
  ])
  expect(await at.logged(({ event }) => event === 'answer')).toMatchObject({ state: 'delivered', attempts: 1 })
})

test('silent: no answer and no effect; the next order is answered', async () => {
  const at = await open({ behave: 'silent' })
  await at.send({ octets: await order(at) })
  at.simulator.behave('honest')
  await at.send({ octets: await order(at, '<order-2@gateway.example>') })
  const [answer] = await at.sink.mails(1)
  expect(answer?.mail.inReplyTo).toBe('<order-2@gateway.example>')
  expect(answer?.mail.text).toContain('RESULT: success')
  expect(at.sink.arrived).toHaveLength(1)
})

test.each([
  ['moves-away', 'chprovAuthInfo', 'another'],
  ['deletes', 'domainDelete', undefined],
  ['warns', 'expireWarning', 'gateway'],
] as const)('%s: the answer, and then a signed message that nobody asked for: %s', async (behave, type, provider) => {
  const at = await open({ behave })
  await at.send({ octets: await order(at) })
  const [answer, message] = await at.sink.mails(2)
  if (answer === undefined || message === undefined) throw new Error('no answer')
  expect(await verified(answer, at.robot.publicKey)).toContain('CTID: gw-1')
  const text = await verified(message, at.robot.publicKey)
  expect(text).toMatch(new RegExp(`^RESULT: success\n[\\s\\S]*Msgtype: ${type}\nDomain: example\\.de\n`))
  expect(text).not.toContain('CTID')
  expect(at.simulator.registry.find('example.de')?.provider).toBe(provider)
})

test("moves-away: there is no message about a name that is not the gateway's", async () => {
  const at = await open({ behave: 'moves-away' })
  await at.send({ octets: await order(at, '<taken@gateway.example>', { Domain: 'taken-1.de' }) })
  at.simulator.behave('honest')
  await at.send({ octets: await order(at, '<second@gateway.example>') })
  const mails = await at.sink.mails(2)
  expect(mails.map(({ mail }) => mail.inReplyTo).sort()).toEqual([
    '<second@gateway.example>',
    '<taken@gateway.example>',
  ])
})

test('late: the answer comes in the end', async () => {
  const at = await open({ behave: 'late', lateMs: 20 })
  await at.send({ octets: await order(at) })
  const [answer] = await at.sink.mails(1)
  expect(answer?.mail.text).toContain('RESULT: success')
})

test('late: later orders are answered first', async () => {
  const at = await open({ behave: 'late', lateMs: 3_600_000 })
  await at.send({ octets: await order(at, '<late@gateway.example>') })
  at.simulator.behave('honest')
  await at.send({ octets: await order(at, '<prompt@gateway.example>', { Domain: 'other.de' }) })
  const [answer] = await at.sink.mails(1)
  expect(answer?.mail.inReplyTo).toBe('<prompt@gateway.example>')
  expect(at.simulator.registry.find('example.de')).not.toBeNull()
})

test('late: an answer that still waits at the close is dropped', async () => {
  const at = await open({ behave: 'late', lateMs: 3_600_000 })
  await at.send({ octets: await order(at) })
  await at.logged(({ event }) => event === 'order')
  await at.simulator.close()
  expect(at.lines.at(-1)).toMatchObject({ event: 'answer', state: 'stopped', attempts: 0 })
})

test('refuse: signed, and without effect', async () => {
  const at = await open({ behave: 'refuse' })
  await at.send({ octets: await order(at) })
  const [answer] = await at.sink.mails(1)
  if (answer === undefined) throw new Error('no answer')
  expect(await verified(answer, at.robot.publicKey)).toMatch(/RESULT: failed\n[\s\S]*ERROR: \d{11} [\s\S]*CTID: gw-1/)
  expect(at.simulator.registry.find('example.de')).toBeNull()
})

test('unsigned: the answer in plain text', async () => {
  const at = await open({ behave: 'unsigned' })
  await at.send({ octets: await order(at) })
  const [answer] = await at.sink.mails(1)
  expect(answer?.mail.text).toMatch(/^RESULT: success\n/)
  expect(answer?.octets.toString()).not.toContain('PGP')
})

test('wrong-key: a signature, and not that of the registry', async () => {
  const at = await open({ behave: 'wrong-key' })
  await at.send({ octets: await order(at) })
  const [answer] = await at.sink.mails(1)
  if (answer === undefined) throw new Error('no answer')
  expect(answer.mail.text).toContain('RESULT: success')
  await expect(verified(answer, at.robot.publicKey)).rejects.toThrow(/key/i)
})

test('duplicate: the same octets twice, then the same signed text in another mail', async () => {
  const at = await open({ behave: 'duplicate' })
  await at.send({ octets: await order(at) })
  const [first, second, third] = await at.sink.mails(3)
  expect(second?.octets).toEqual(first?.octets)
  expect(third?.mail.text).toBe(first?.mail.text)
  expect(third?.mail.messageId).not.toBe(first?.mail.messageId)
  expect(third?.octets.toString()).toMatch(/^Received: from /)
})

test('twice-different: success, then a signed refusal of the same reference', async () => {
  const at = await open({ behave: 'twice-different' })
  await at.send({ octets: await order(at) })
  const answers = await at.sink.mails(2)
  const texts = await Promise.all(answers.map((answer) => verified(answer, at.robot.publicKey)))
  expect(texts.map((text) => text.split('\n')[0])).toEqual(['RESULT: success', 'RESULT: failed'])
  expect(texts.map((text) => text.split('\n').at(-1))).toEqual(['CTID: gw-1', 'CTID: gw-1'])
  expect(at.simulator.registry.find('example.de')).not.toBeNull()
})

test('quote-original: the order stands outside the signed part', async () => {
  const at = await open({ behave: 'quote-original' })
  await at.send({ octets: await order(at) })
  const [answer] = await at.sink.mails(1)
  if (answer === undefined) throw new Error('no answer')
  const [before, , after] = (answer.mail.text ?? '').split(
    /-----BEGIN PGP SIGNED MESSAGE-----|-----END PGP SIGNATURE-----/,
  )
  expect(before?.trim()).not.toBe('')
  expect(after).toContain('> Domain: example.de')
  expect(await verified(answer, at.robot.publicKey)).not.toContain('>')
})

test('quote-original: a PGP/MIME answer lies in a multipart/mixed', async () => {
  const at = await open({ behave: 'quote-original' })
  await at.send({ octets: await mimeOrder(at.gateway.privateKey, orderText('bücher.de')) })
  const [answer] = await at.sink.mails(1)
  expect(answer?.mail.headers.get('content-type')).toMatchObject({ value: 'multipart/mixed' })
  expect(answer?.mail.text).toMatch(/RESULT: success[\s\S]*> Domain: bücher\.de/)
  expect(answer?.mail.attachments.map(({ contentType }) => contentType)).toEqual(['application/pgp-signature'])
})

test('unknown-wording: signed words that are no answer', async () => {
  const at = await open({ behave: 'unknown-wording' })
  await at.send({ octets: await order(at) })
  const [answer] = await at.sink.mails(1)
  if (answer === undefined) throw new Error('no answer')
  expect(await verified(answer, at.robot.publicKey)).not.toMatch(/:|gw-1|example\.de/)
  expect(at.simulator.registry.find('example.de')).toBeNull()
})

test.each([
  { behave: 'tempfail', code: 451 },
  { behave: 'reject', code: 550 },
] as const)('$behave: $code to the recipient, and the next mail is taken', async ({ behave, code }) => {
  const at = await open({ behave })
  const octets = await order(at)
  await expect(at.send({ octets })).rejects.toMatchObject({ responseCode: code, command: 'RCPT TO' })
  expect(at.simulator.received()).toEqual([])
  at.simulator.behave('honest')
  await at.send({ octets })
  await at.sink.mails(1)
})

test('bounce: a delivery status notification from the null sender to the envelope sender', async () => {
  const at = await open({ behave: 'bounce' })
  await at.send({ octets: await order(at) })
  const [bounce] = await at.sink.mails(1)
  expect(bounce).toMatchObject({ from: '', to: [BOUNCES] })
  const text = bounce?.octets.toString() ?? ''
  expect(bounce?.mail.headers.get('content-type')).toMatchObject({
    value: 'multipart/report',
    params: { 'report-type': 'delivery-status' },
  })
  expect(text).toMatch(/\r\nFinal-Recipient: rfc822; robot@registry\.example\r\nAction: failed\r\nStatus: 5\.1\.1\r\n/)
  expect(text).toContain('\r\nMessage-ID: <order-1@gateway.example>\r\n')
  expect(at.simulator.registry.find('example.de')).toBeNull()
})

describe('names of behaviours', () => {
  test.each(Object.keys(BEHAVIOURS) as Behaviour[])('%s has a sentence', (name) => {
    expect(parseBehaviour(name)).toBe(name)
    expect(BEHAVIOURS[name]).toMatch(/^[a-z].{20,}$/)
  })

  test.each(['', 'Honest', 'toString'])('%j is refused with the list', (name) => {
    expect(() => parseBehaviour(name)).toThrow(/choose one of honest, silent, .*bounce/)
  })
})
