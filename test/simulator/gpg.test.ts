import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { needs } from '../helpers/needs.js'
import { clearOrder, mimeOrder, openWorld, orderText, REPLY_TO, type World } from './gateway.js'

const withGpg = await needs('gpg')

withGpg('with gpg as the gateway', () => {
  const home = mkdtempSync(join(tmpdir(), 'sealpost-gpg-'))
  const gpg = (...args: string[]) =>
    execFileSync('gpg', ['--homedir', home, '--batch', '--quiet', '--passphrase', '', ...args], { stdio: 'pipe' })
  let world: World

  beforeAll(async () => {
    gpg('--quick-generate-key', 'orders@gateway.example', 'rsa2048', 'sign')
    gpg('--quick-generate-key', 'robot@registry.example', 'ed25519', 'sign')
    const gatewayKey = gpg('--armor', '--export', 'orders@gateway.example').toString()
    const robotKey = gpg('--armor', '--export-secret-keys', 'robot@registry.example').toString()
    world = await openWorld({ key: robotKey })
    // Two blocks of keys in one file: the world's own gateway and gpg's.
    const trust = `${world.gateway.publicKey}\n${gatewayKey}`
    const { gateway } = world
    await world.close()
    world = { ...(await openWorld({ key: robotKey, trust })), gateway }
  })
  afterAll(async () => {
    await world.close()
    spawnSync('gpgconf', ['--homedir', home, '--kill', 'all'])
    rmSync(home, { recursive: true, force: true })
  })

  const verify = (...files: string[]) =>
    spawnSync('gpg', ['--homedir', home, '--batch', '--status-fd', '1', '--verify', ...files], { encoding: 'utf8' })

  test('a clear-signed order of gpg, with umlauts, has an answer that gpg verifies', async () => {
    const file = join(home, 'order')
    writeFileSync(file, `${orderText('bücher-müller.de')}\n`)
    const signed = gpg('--local-user', 'orders@gateway.example', '--clear-sign', '--output', '-', file)
    const head = `From: orders@gateway.example\r\nReply-To: ${REPLY_TO}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n`
    await world.send({ octets: Buffer.concat([Buffer.from(head), signed]) })
    const answer = (await world.sink.mails(1)).at(-1)
    expect(answer?.mail.text).toContain('RESULT: success')
    const body = answer?.octets.subarray(answer.octets.indexOf('\r\n\r\n') + 4) ?? Buffer.alloc(0)
    writeFileSync(file, body)
    expect(verify(file)).toMatchObject({ status: 0, stdout: expect.stringContaining('GOODSIG') })
  })

  test('a PGP/MIME order has a PGP/MIME answer, 7-bit in spite of umlauts, that gpg verifies', async () => {
    await world.send({
      octets: await mimeOrder(world.gateway.privateKey, orderText('müller-mime.de', { Holder: 'Müller' })),
    })
    const answer = (await world.sink.mails(2)).at(-1)
    const wire = answer?.octets.toString('latin1') ?? ''
    expect(answer?.mail.text).toContain('Contact does not exist [Müller]')
    const [, boundary = ''] = /^Content-Type: multipart\/signed;[\s\S]*?boundary="([^"]+)"/m.exec(wire) ?? []
    const [, part = '', rest = ''] = wire.split(`\r\n--${boundary}\r\n`)
    writeFileSync(join(home, 'part'), part, 'latin1')
    writeFileSync(join(home, 'part.sig'), rest.slice(rest.indexOf('-----BEGIN'), rest.lastIndexOf('--')))
    expect(verify(join(home, 'part.sig'), join(home, 'part'))).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('GOODSIG'),
    })
    expect(wire).toMatch(/^[\t\r\n -~]+$/)
  })

  test('an answer with umlauts is signed as the octets that are sent', async () => {
    const octets = await clearOrder(world.gateway.privateKey, orderText('example.de', { Holder: 'Müller' }))
    await world.send({ octets })
    const answer = (await world.sink.mails(3)).at(-1)
    const file = join(home, 'umlaut')
    writeFileSync(file, answer?.octets.subarray(answer.octets.indexOf('\r\n\r\n') + 4) ?? '')
    expect(answer?.mail.text).toContain('Contact does not exist [Müller]')
    expect(verify(file)).toMatchObject({ status: 0, stdout: expect.stringContaining('GOODSIG') })
  })
})
