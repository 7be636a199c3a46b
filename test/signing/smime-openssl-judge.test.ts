/*
 * openssl as an independent judge of the mails that tricks are played with: whatever we believe by a pin, openssl believes
 * with that certificate alone as its anchor.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { temporaryFolder } from '../helpers/database.js'
import { needs } from '../helpers/needs.js'
import { certificateOf, minutesLater, pinned, receiveSmime, SMIME, smimeMail } from './smime-fixtures.js'

const namesIn = (folder: string, end: string): string[] =>
  readdirSync(join(SMIME, folder)).flatMap((name) => (name.endsWith(end) ? [name.slice(0, -end.length)] : []))

const withOpenssl = await needs('openssl')

withOpenssl('openssl as a judge', () => {
  const folder = temporaryFolder()
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const receivedAt = minutesLater(10)
  const pins = namesIn('keys', '.crt.pem')

  /** A pinned signer counts whatever its certificate says of its use; what an authority issued counts for mail alone. */
  const verify = (mail: string, pin: string): boolean => {
    const certificate = join(SMIME, 'keys', `${pin}.crt.pem`)
    const use = certificateOf(pin).ca ? ['-purpose', 'smimesign'] : ['-purpose', 'any', '-ignore_critical']
    const time = ['-attime', String(Math.floor(receivedAt.getTime() / 1_000))]
    const trust = ['-certfile', certificate, '-CAfile', certificate, '-no-CApath', '-no-CAstore', '-partial_chain']
    const out = ['-out', join(folder, 'out')]
    const args = ['cms', '-verify', '-in', mail, ...trust, ...time, ...use, ...out]
    return spawnSync('openssl', args).status === 0
  }

  test('believes every mail that we believe', async () => {
    let believed = 0
    const wrong: string[] = []
    for (const name of namesIn('mails', '.eml')) {
      const raw = smimeMail(name)
      const file = join(folder, 'mail.eml')
      writeFileSync(file, raw)
      for (const pin of pins) {
        if ((await receiveSmime(raw, { keys: [pinned(pin)], receivedAt })).stage !== 'trusted') continue
        believed += 1
        if (!verify(file, pin)) wrong.push(`${name} by ${pin}`)
      }
    }
    console.info(`openssl was asked about ${believed} mails that we believe`)
    expect(wrong).toEqual([])
    expect(believed).toBeGreaterThan(40)
  }, 180_000)
})
