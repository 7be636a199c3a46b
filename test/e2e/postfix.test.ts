import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { type Postfix, startPostfix } from '../../bench/postfix.js'
import { REPLY_TO, ROBOT, replyMail, signText, success } from '../helpers/gateway.js'
import { needs } from '../helpers/needs.js'
import { startFakeServer } from '../smtp/fake-server.js'
import { eventually, type Place, type Serving, sendMail } from './program.js'
import { cleanUp, connect, domainOf, order, orderOf, place, serving } from './stage.js'
import { giveToNobody } from './unprivileged.js'

const PAGE = readFileSync(path.resolve(import.meta.dirname, '../../docs/mail-server.md'), 'utf8')
const undoing: (() => unknown)[] = []

afterEach(async () => {
  for (const undo of undoing.splice(0).reverse()) await undo()
  await cleanUp()
})

/** The lines that docs/mail-server.md tells to write, with the places of this test. */
const linesFor = (file: string, places: Record<string, string>): string[] => {
  const [, block] = PAGE.split(`<!-- test/e2e/postfix.test.ts: ${file} -->\n\`\`\`\n`)
  const text = block?.slice(0, block.indexOf('\n```'))
  if (text === undefined) throw new Error(`docs/mail-server.md has no block for ${file}`)
  return Object.entries(places)
    .reduce((lines, [said, here]) => lines.replaceAll(said, here), text)
    .split('\n')
}

/** Postfix as the page has it; its clients are strangers to it, though they come from this machine. */
const postfixFor = async (way: string, places: Record<string, string>): Promise<Postfix> => {
  const main = [...linesFor(`${way}, main.cf`, places), 'local_header_rewrite_clients =']
  const postfix = await startPostfix({
    main,
    master: ['smtp unix - - n - - smtp', ...linesFor(`${way}, master.cf`, places)],
  })
  undoing.push(postfix.stop)
  return postfix
}

/** Another name of the program, which can be taken away. */
const link = (main: string): string => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sealpost-link-'))
  undoing.push(() => rmSync(folder, { recursive: true }))
  chmodSync(folder, 0o755)
  symlinkSync(main, path.join(folder, 'main.js'))
  return path.join(folder, 'main.js')
}

/** A registry that takes what comes, and answers when the test does. */
const placed = async (where: Place, gateway: Serving, domain: string) => {
  const body = order({
    domain,
    billingOrderId: domain,
    nameservers: [{ host: 'ns1.example.net' }, { host: 'ns2.example.net' }],
  })
  const { id } = (await (await gateway.call('POST', '/v1/orders', body)).json()) as { id: string }
  const { request } = await eventually(
    () => orderOf(gateway, id),
    ({ status }) => status === 'sent',
  )
  const text = await signText(success(request.reference), 'rsa2048', new Date())
  // Neither would come out of a Postfix that is left as it is.
  const headers = [`X-Long: ${'long '.repeat(300)}`, 'Content-Length: 5']
  return { id, domain, where, raw: replyMail(text, { headers }) }
}

type Told = { id: string; stage: string; verdict: { kind: string } | null; envelope: Record<string, unknown> }

const inbound = async (gateway: Serving): Promise<Told[]> =>
  ((await (await gateway.call('GET', '/v1/mails?direction=in')).json()) as { items: Told[] }).items

/** The newest mail is the one that was sent, trusted, whole below what was added on top, and the order is done. */
const settled = async (gateway: Serving, { domain, raw }: { domain: string; raw: string }, count: number) => {
  await eventually(
    () => domainOf(gateway, domain),
    ({ status }) => status === 'Registered',
  )
  const mails = await inbound(gateway)
  expect(mails.map(({ stage, verdict }) => `${stage} ${verdict?.kind}`)).toEqual(Array(count).fill('settled trusted'))
  const octets = Buffer.from(await (await gateway.call('GET', `/v1/mails/${mails[0]?.id}/raw`)).arrayBuffer())
  const added = octets.subarray(0, -raw.length)
  expect(octets.subarray(-raw.length).toString('latin1')).toBe(raw)
  expect(added.toString('latin1')).toMatch(/^Received: from [^\r\n]*\r\n(?:\t[^\r\n]*\r\n)*$/)
  return mails[0]?.envelope
}

/** Until the last attempt at a delivery ended like this. */
const logged = async ({ config }: Postfix, words: RegExp): Promise<void> => {
  const log = path.join(path.dirname(config), 'maillog')
  await eventually(
    async () => (existsSync(log) ? readFileSync(log, 'utf8') : '').split('\n').filter((line) => / status=/.test(line)),
    (lines) => words.test(lines.at(-1) ?? ''),
  )
}

/** Has Postfix try what it put off, once it has put it off: a mail that is still being worked on would be passed over. */
const tryAgain = async ({ config }: Postfix): Promise<void> => {
  const queue = path.resolve(config, '../queue')
  await eventually(
    async () => ['incoming', 'active'].flatMap((name) => readdirSync(path.join(queue, name))),
    (files) => files.length === 0,
  )
  execFileSync('postqueue', ['-c', config, '-f'])
}

/** The gateway's own port, which it has again after it was stopped. */
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })

const REPLY = { from: ROBOT, to: REPLY_TO }

/** `sendMail` ends the last line by itself. */
const reply = ({ port }: Postfix, { raw }: { raw: string }): Promise<string> =>
  sendMail(port, { ...REPLY, raw: raw.replace(/\r\n$/, '') })

const withPostfix = await needs('postfix')
withPostfix('mail behind Postfix', () => {
  test('by SMTP: a reply comes through whole, and is kept while the gateway is stopped', async () => {
    const port = await freePort()
    const where = await place({ SEALPOST_SMTP: `127.0.0.1:${port}` })
    const registry = await startFakeServer()
    undoing.push(registry.close)
    const first = await serving(where)
    await connect(where, registry.port)
    const postfix = await postfixFor('by SMTP', { '127.0.0.1]:2525': `127.0.0.1]:${port}` })

    const one = await placed(where, first, 'one.de')
    expect(await reply(postfix, one)).toMatch(/^250 /)
    expect(await settled(first, one, 1)).toMatchObject({ ...REPLY, to: [REPLY_TO], remoteAddress: '127.0.0.1' })

    const two = await placed(where, first, 'two.de')
    expect(await first.end('SIGTERM')).toBe(0)
    expect(await reply(postfix, two)).toMatch(/^250 /)
    await logged(postfix, /to=<denic-main@.*status=deferred .*Connection refused/)
    const second = await serving(where)
    await tryAgain(postfix)
    await settled(second, two, 2)

    await reportsArrive(second, postfix)
    const stray = { from: '', to: 'bounce+stray@in.hoster.example', raw: 'Subject: hello\r\n\r\nhello' }
    expect(await sendMail(postfix.port, stray)).toMatch(/^250 /)
    await logged(postfix, /to=<bounce\+stray@.*status=SOFTBOUNCE \(host .* said: 550/)
  })

  test('by a pipe: the same, and the command takes it by itself while the gateway is stopped', async () => {
    const where = await place({}, { embedded: true })
    undoing.push(giveToNobody(where))
    const registry = await startFakeServer()
    undoing.push(registry.close)
    const first = await serving(where)
    await connect(where, registry.port)
    const program = link(where.user?.main ?? '')
    const postfix = await postfixFor('by a pipe', {
      'user=sealpost': 'user=nobody',
      '/var/lib/sealpost': where.env['SEALPOST_DATA'] ?? '',
      '/usr/local/bin/sealpost': `${process.execPath} ${program}`,
    })

    const one = await placed(where, first, 'one.de')
    expect(await reply(postfix, one)).toMatch(/^250 /)
    expect(await settled(first, one, 1)).toMatchObject({ ...REPLY, to: [REPLY_TO] })

    const two = await placed(where, first, 'two.de')
    expect(await first.end('SIGTERM')).toBe(0)
    chmodSync(where.folder, 0)
    expect(await reply(postfix, two)).toMatch(/^250 /)
    await logged(postfix, /status=deferred \(temporary failure/)
    chmodSync(where.folder, 0o700)
    renameSync(program, `${program}.away`)
    await tryAgain(postfix)
    await logged(postfix, /status=SOFTBOUNCE \(Command died with status 1: .*Cannot find module/)
    renameSync(`${program}.away`, program)
    await tryAgain(postfix)
    await logged(postfix, /status=sent/)
    const second = await serving(where)
    await settled(second, two, 2)

    await reportsArrive(second, postfix)
  })
})

/** With the address that was minted as it was minted, and from nobody; what is no address of ours ends at the door. */
const reportsArrive = async (gateway: Serving, postfix: Postfix): Promise<void> => {
  const answer = await gateway.call('GET', '/v1/mails?direction=out')
  const { items } = (await answer.json()) as { items: { envelope: { from: string } }[] }
  const to = items[0]?.envelope.from ?? ''
  expect(to).toMatch(/^bounce\+[a-z2-7.]+@in\.hoster\.example$/)
  const raw = ['From: MAILER-DAEMON@registry.example', `To: ${to}`, 'Subject: hello', '', 'hello', ''].join('\r\n')
  expect(await sendMail(postfix.port, { from: '', to, raw })).toMatch(/^250 /)
  const [report] = await eventually(
    () => inbound(gateway),
    (mails) => mails.length === 3,
  )
  expect(report?.envelope).toMatchObject({ from: '', to: [to] })
  expect(await sendMail(postfix.port, { ...REPLY, to: 'nobody@in.hoster.example', raw })).toMatch(/^550 /)
}
