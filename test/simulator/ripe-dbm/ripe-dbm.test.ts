import { describe, expect, test } from 'vitest'
import { type Job, planAnswers } from '../../../src/simulator/faults.js'
import { generateKeyPair, openPrivateKey } from '../../../src/simulator/keys.js'
import { createMemory } from '../../../src/simulator/memory.js'
import personality from '../../../src/simulator/ripe-dbm/personality.js'

const OBJECT = [
  ...['domain: 2.0.192.in-addr.arpa', 'admin-c: EM1-RIPE', 'tech-c: EM1-RIPE', 'zone-c: EM1-RIPE'],
  ...['nserver: ns1.example.net', 'nserver: ns.2.0.192.in-addr.arpa 192.0.2.53', 'mnt-by: EXAMPLE-MNT', 'source: RIPE'],
]
const text = (...objects: (readonly string[])[]) => objects.map((lines) => lines.join('\n')).join('\n\n')
const changed = (from: string, to: string) => OBJECT.map((line) => line.replace(from, to))
const DELETION = [...OBJECT, 'delete: no longer used']

/** A database that has the object, and what it says to an update. */
const ask = (update: string, subject = 'sp-1', present: readonly string[] = OBJECT) => {
  const memory = createMemory()
  if (present.length > 0) personality.handle({ subject: '', text: text(present) }, memory)
  return { memory, answer: personality.handle({ subject, text: update }, memory) }
}

describe('carries out', () => {
  test.each<[string, string, string, readonly string[]]>([
    ['Create SUCCEEDED', text(OBJECT), 'NEW', []],
    ['Modify SUCCEEDED', text(changed('ns1', 'ns3')), 'sp-1', OBJECT],
    ['No operation', text(OBJECT), 'sp-1', OBJECT],
    ['Delete SUCCEEDED', text(DELETION), 'sp-1', OBJECT],
    ['Create succeeded', text(changed('source: RIPE', 'source: EXAMPLE')), 'sp-1', []],
    [
      'Create SUCCEEDED',
      text([...OBJECT, `ds-rdata: 60485 5 2 ${'AB'.repeat(32)}`, 'descr: one', ' two # three']),
      'NEW',
      [],
    ],
  ])('%s', (words, update, subject, present) => {
    const { answer } = ask(update, subject, present)
    expect(answer).toMatchObject({ outcome: 'success', subject: `SUCCESS: ${subject}`, domain: '2.0.192.in-addr.arpa' })
    expect(answer.text.split('\n')).toContain(`${words}: [domain] 2.0.192.in-addr.arpa`)
  })
})

describe('refuses', () => {
  test.each<[RegExp, string, string, readonly string[]]>([
    [/already exists/, text(OBJECT), 'new', OBJECT],
    [/failed\n {12}using "mnt-by:"\n/, text(changed('2.0.192', '100.51.198')), 'NEW', []],
    [/Unknown object referenced UNKNOWN-MNT/, text(changed('EXAMPLE-MNT', 'UNKNOWN-MNT')), 'NEW', []],
    [/doesn't match version/, text([...changed('ns1', 'ns3'), 'delete: x']), 'sp-1', OBJECT],
    [/does not exist/, text(DELETION), 'sp-1', []],
    [/"password" is not a known/, text([...OBJECT, 'password: x']), 'sp-1', OBJECT],
    [/"domain" appears more than once/, text([...OBJECT, 'domain: x']), 'sp-1', OBJECT],
    [/Mandatory attribute "zone-c"/, text(OBJECT.filter((line) => !line.startsWith('zone'))), 'sp-1', OBJECT],
    [/"route" is not a known RPSL class/, text(changed('domain', 'route')), 'sp-1', OBJECT],
    [/Syntax error in example\.de/, text(changed('2.0.192.in-addr.arpa', 'example.de')), 'NEW', []],
    [/Syntax error in 1 2 3 4/, text([...OBJECT, 'ds-rdata: 1 2 3 4']), 'sp-1', OBJECT],
    [/Glue records only/, text(changed('ns1.example.net', 'ns1.example.net 192.0.2.1')), 'sp-1', OBJECT],
    [
      /ERROR: Unknown object/,
      text(changed('EXAMPLE-MNT', 'UNKNOWN-MNT').map((line) => line.replace(/RIPE$/, 'EXAMPLE'))),
      'x',
      [],
    ],
  ])('%s', (reason, update, subject, present) => {
    const { answer } = ask(update, subject, present)
    expect(answer).toMatchObject({ outcome: 'failed', subject: `FAILED: ${subject}` })
    expect(answer.text).toMatch(reason)
    expect(answer.text).toMatch(/^\w+ FAILED: \[\w+\] /m)
  })
})

test('several objects have a result each, and what is none is shown', () => {
  const { answer, memory } = ask(text(DELETION, changed('2.0.192', '3.0.192'), ['Kind regards,']))
  expect(answer.text).toMatch(/objects found: +2\n.*successfully: +2\n[\s\S]*errors: +0\n/)
  expect(answer.text).toMatch(/do not look like objects[\s\S]*Kind regards/)
  expect([memory.find('2.0.192.in-addr.arpa'), memory.find('3.0.192.in-addr.arpa')?.holders]).toEqual([
    null,
    ['EXAMPLE-MNT'],
  ])
})

test('quotes the mail above its report, and never signs', () => {
  const quoted = personality.quote?.({
    messageId: '<a@b.example>',
    subject: 'NEW',
    replyTo: 'x@b.example',
    at: new Date(0),
  })
  expect(quoted).toMatch(/^> {2}From: +x@b\.example\n[\s\S]*^> {2}Message-ID: <a@b\.example>\n\n$/m)
})

test('tells of its keywords, of what it refuses by itself, and of what it does unasked', () => {
  expect(ask(text(OBJECT)).answer.text).toMatch(/^\*\*\*Warning: Invalid keyword\(s\) found: sp-1$/m)
  expect(personality.refuse({ subject: 'x', text: text(DELETION) }).text).toMatch(/^Delete FAILED/m)
  const { memory } = ask(text(OBJECT))
  expect(personality.unauthenticated('no key')?.text).toMatch(
    /objects found: +0\n[\s\S]*\*\*\*Error: +The signature .* no key/,
  )
  expect(personality.tell('moved', { subject: '', text: text(OBJECT) }, memory)).toMatch(/OBJECT BELOW MODIFIED/)
  expect(personality.tell('deleted', { subject: '', text: text(OBJECT) }, memory)).toMatch(/OBJECT BELOW DELETED/)
  expect(personality.tell('deleted', { subject: '', text: text(OBJECT) }, memory)).toBeNull()
})

describe('behaves', () => {
  const ID = '<sp-1@hoster.example>'
  const answers = async (behaviour: Parameters<typeof planAnswers>[0]): Promise<string[]> => {
    const { memory, answer } = ask(text(OBJECT), 'NEW', [])
    const { privateKey } = await generateKeyPair({ name: 'x', email: 'robot@registry.example' })
    const key = await openPrivateKey(privateKey, undefined)
    const order = { text: text(OBJECT), subject: 'NEW' }
    const job: Job = {
      mail: {
        messageId: ID,
        subject: 'NEW',
        replyTo: 'in@hoster.example',
        form: 'clear',
        part: '',
        order: { ok: true, text: order.text },
      },
      ...{ order: order.text, taken: { octets: Buffer.from(''), envelope: { from: 'b@hoster.example', to: [] } } },
      ...{
        replyTo: 'in@hoster.example',
        address: 'robot@registry.example',
        key,
        foreignKey: key,
        delayMs: 0,
        lateMs: 0,
      },
      ...{ now: new Date(0), quote: personality.quote ?? null, handle: () => answer },
      ...{
        refuse: () => personality.refuse(order),
        ask: () => null,
        tell: (news) => personality.tell(news, order, memory),
      },
    }
    return (await planAnswers(behaviour, job)).map(({ octets }) => octets.toString('latin1'))
  }
  const bodyOf = (mail = ''): string => mail.slice(mail.indexOf('\r\n\r\n') + 4)

  test.each(['honest', 'unsigned'] as const)(
    '%s: it never signs, and its report is below what it quotes',
    async (behaviour) => {
      const [mail, more] = await answers(behaviour)
      expect(more).toBeUndefined()
      expect(mail).toMatch(/^Subject: SUCCESS: NEW\r$/m)
      expect(bodyOf(mail)).toMatch(/^> {2}From: [\s\S]*\r\n> {2}Message-ID: <sp-1@hoster\.example>\r\n\r\nSUMMARY/)
      expect(mail).not.toContain('BEGIN PGP')
    },
  )

  test('wrong-key: signed, as no report ever is', async () => {
    expect(bodyOf((await answers('wrong-key'))[0])).toMatch(/^-----BEGIN PGP SIGNED[\s\S]*sp-1@hoster/)
  })

  test('misquotes: the Message-ID is of no mail of ours', async () => {
    const [mail] = await answers('misquotes')
    expect(bodyOf(mail)).toMatch(/^> {2}Message-ID: <[\w-]+@registry\.example>\r$/m)
    expect(mail).not.toContain(ID)
  })

  test('duplicate, twice-different: both are whole reports', async () => {
    for (const behaviour of ['duplicate', 'twice-different'] as const)
      for (const mail of await answers(behaviour)) expect(bodyOf(mail)).toMatch(/^> {2}From[\s\S]*SUMMARY/)
    expect(await answers('twice-different')).toEqual([
      expect.stringContaining('Create SUCCEEDED'),
      expect.stringContaining('Create FAILED'),
    ])
  })

  test('quote-original: something stands above what it quotes', async () => {
    expect(bodyOf((await answers('quote-original'))[0])).toMatch(/^This is the answer/)
  })

  test('what answers no mail quotes none', async () => {
    const [, notice] = await answers('deletes')
    expect(bodyOf(notice)).toMatch(/^This is to notify you[\s\S]*OBJECT BELOW DELETED/)
    for (const mail of [notice, ...(await answers('unknown-wording'))]) expect(bodyOf(mail)).not.toContain('Message-ID')
  })
})
