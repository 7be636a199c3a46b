import { afterEach, expect, test } from 'vitest'
import { openNoticeRelay } from '../helpers/notices.js'
import { eventually, run } from './program.js'
import { cleanUp, connect, order, place, serving } from './stage.js'

afterEach(cleanUp)

test('F77: a gateway that runs mails by the relay of its settings, and its commands show what was mailed', async () => {
  const relay = await openNoticeRelay()
  const where = await place({
    SEALPOST_NOTIFY_RELAY: `smtp://127.0.0.1:${relay.port}`,
    SEALPOST_NOTIFY_FROM: 'sealpost@hoster.example',
    SEALPOST_ADMIN_MAIL: 'ops@hoster.example',
  })
  try {
    const gateway = await serving(where)
    await connect(where, 9)
    expect((await gateway.call('POST', '/v1/orders', order({ paid: false }))).status).toBe(202)
    await eventually(
      async () => relay.taken.length,
      (taken) => taken === 1,
    )
    expect(relay.taken[0]).toMatchObject({ from: 'sealpost@hoster.example', to: ['owner@example.net'] })
    expect(relay.taken[0]?.mail.subject).toBe('bücher-müller.de is now Pending')

    const listed = await run(where, ['notice', 'list', '--kind', 'status-change', '--json'])
    const [notice] = JSON.parse(listed.stdout)
    const shown = await eventually(
      async () => (await run(where, ['notice', 'show', notice.id])).stdout,
      (stdout) => stdout.includes('sent, 1 tries: 250'),
    )
    expect(shown).toContain('Subject: bücher-müller.de is now Pending\n')
    expect(await run(where, ['notice', 'send', notice.id])).toMatchObject({
      ...{ code: 1, stderr: expect.stringContaining('was sent at') },
    })
    const switched = await run(where, ['account', 'notifications', 'cust-7', '--mail', 'off'])
    expect(switched).toMatchObject({ code: 0, stdout: 'the mails to cust-7 are off\n' })
    expect((await run(where, ['account', 'notifications', 'cust-7'])).stdout).toContain('are off')
  } finally {
    await relay.close()
  }
})
