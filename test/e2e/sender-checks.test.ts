import { afterEach, expect, test } from 'vitest'
import type { MailView } from '../../src/core/views.js'
import { aConnectionFile, REPLY_TO } from '../helpers/gateway.js'
import { eventually, run, sendMail, write } from './program.js'
import { cleanUp, place, serving } from './stage.js'

afterEach(cleanUp)

test('a connection that asks for evidence has it with a mail that came by SMTP, in the API and in the commands', async () => {
  const where = await place()
  const gateway = await serving(where)
  const trust = { keys: ['registry.asc'], senderChecks: 'record' }
  const file = write(where, 'denic.yaml', aConnectionFile({ trust }))
  expect(await run(where, ['connection', 'add', '--file', file])).toMatchObject({ code: 0, stderr: '' })
  // A mail that names no domain, so that nobody in the DNS is asked about it.
  const raw = 'From: nobody\r\nSubject: x\r\n\r\nx\r\n'
  expect(await sendMail(gateway.smtpPort, { from: '', to: REPLY_TO, raw })).toMatch(/^250 /)
  const list = async () => ((await (await gateway.call('GET', '/v1/mails')).json()) as { items: MailView[] }).items
  const [mail] = await eventually(list, ([first]) => first !== undefined && first.stage !== 'received')
  expect(mail).toMatchObject({
    envelope: { remoteAddress: '127.0.0.1', helo: 'test' },
    evidence: { spf: 'none', dkim: 'none', dmarc: 'permerror', domains: { dkim: [], from: null } },
  })
  const shown = await run(where, ['mail', 'show', mail?.id ?? ''])
  expect(shown.stdout).toContain('sender: SPF none, DKIM none, DMARC permerror\n')
  expect(await gateway.end('SIGTERM')).toBe(0)
})
