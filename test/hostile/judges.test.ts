import { execFileSync, spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { temporaryFolder } from '../helpers/database.js'
import { success } from '../helpers/gateway.js'
import { needs } from '../helpers/needs.js'
import { signedData } from './cms-writer.js'
import { octets, textPart } from './crafted-mail.js'
import { clearSign, detachedSign } from './signers.js'

const FIXTURES = path.join(import.meta.dirname, '../fixtures')
const folder = temporaryFolder()
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const file = (name: string, content: string | Buffer): string => {
  const at = path.join(folder, name)
  writeFileSync(at, content)
  return at
}

const at = new Date('2026-07-01T11:00:00Z')
const text = success('sp-00000000000000000000000000').join('\n')

/** The tricks are played on mails that everybody holds for valid: if these were wrong, every trick would prove nothing. */
const withGpg = await needs('gpg')
withGpg('gpg takes what the tricks are played on', () => {
  const gpg = (...args: string[]) =>
    spawnSync('gpg', ['--homedir', folder, '--batch', '--status-fd', '1', ...args], { encoding: 'utf8' }).stdout
  gpg('--import', path.join(FIXTURES, 'openpgp/keys/rsa2048.pub.asc'))

  test('clear-signed', async () => {
    expect(gpg('--verify', file('clear.asc', await clearSign(text, { at })))).toContain('VALIDSIG')
  })

  test('as PGP/MIME', async () => {
    const part = octets(textPart(text))
    const signature = file('part.asc', await detachedSign(part, { at }))
    expect(gpg('--verify', signature, file('part', part))).toContain('VALIDSIG')
  })
})

const withOpenssl = await needs('openssl')
withOpenssl('openssl takes what the tricks are played on', () => {
  const verify = (key: string, ...args: string[]) => {
    const certificate = path.join(FIXTURES, `smime/keys/${key}.crt.pem`)
    const trust = ['-certfile', certificate, '-CAfile', certificate, '-partial_chain', '-purpose', 'any']
    return execFileSync('openssl', ['cms', '-verify', '-binary', '-inform', 'DER', ...trust, ...args], {
      stdio: 'pipe',
    })
  }
  const part = octets(textPart(text))

  test.each(['rsa2048', 'p256'])('detached, by %s', (key) => {
    const signature = file(`${key}.p7s`, signedData(part, { key, at, eContent: null }))
    expect(verify(key, '-in', signature, '-content', file('content', part))).toEqual(part)
  })

  test.each(['rsa2048', 'p256'])('opaque, by %s', (key) => {
    expect(verify(key, '-in', file(`${key}.p7m`, signedData(part, { key, at, eContent: part })))).toEqual(part)
  })
})
