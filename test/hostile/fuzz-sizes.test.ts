import { afterAll, describe, expect, test } from 'vitest'
import { SCHEMES } from '../../src/core/connection.js'
import { classify } from '../../src/mail/classify.js'
import { readDeliveryStatus } from '../../src/mail/dsn.js'
import { MAX_PARSED } from '../../src/mail/read.js'
import { authenticate } from '../../src/signing/authenticate.js'
import { readSignedData } from '../../src/signing/smime/cms.js'
import { readCertificate } from '../../src/signing/x509/certificate.js'
import { readDer } from '../../src/signing/x509/der.js'
import { accountOf, loadMailProfiles } from '../helpers/mail-profiles.js'
import { signedContent } from '../helpers/signed-content.js'
import { MAX_AGE, pin, RECEIVED_AT } from '../signing/fixtures.js'
import { pinned } from '../signing/smime-fixtures.js'
import { GROWN_DER, GROWN_MAILS, GROWN_TEXTS } from './corpus/sizes.js'
import { limited } from './limited.js'
import { watchRejections } from './unhandled.js'

watchRejections()

const KEYS = [pin('rsa2048'), pinned('rsa2048'), pinned('ca')]

/** The largest last: whatever grows faster than its input shows there, and is stopped after two seconds. */
const SIZES = [1, 2, 4, 8, 16].map((times) => (MAX_PARSED / 16) * times)

type Times = { name: string; times: number[] }
const all: Times[] = []

const measure = (name: string, read: (size: number) => () => unknown): void => {
  const times = SIZES.map((size) => {
    const work = read(size)
    const begin = performance.now()
    limited(`${name} of ${size} octets`, work)
    return performance.now() - begin
  })
  all.push({ name, times })
}

afterAll(() => {
  const worst = all.sort((a, b) => Math.max(...b.times) - Math.max(...a.times)).slice(0, 12)
  const lines = worst.map(({ name, times }) => `${times.map((ms) => ms.toFixed(1).padStart(7)).join('')}  ${name}`)
  console.info(
    `milliseconds for ${SIZES.map((size) => size / 1_024).join(', ')} KiB, slowest first:\n${lines.join('\n')}`,
  )
})

describe('mails of up to 256 KiB that are as much work as they can be', () => {
  test.each(GROWN_MAILS)('$name', async ({ name, grow }) => {
    expect(grow(MAX_PARSED).length).toBeLessThanOrEqual(MAX_PARSED)
    measure(`delivery status: ${name}`, (size) => {
      const raw = grow(size)
      return () => readDeliveryStatus(raw)
    })
    measure(`classify: ${name}`, (size) => {
      const raw = grow(size)
      return () => classify({ raw, envelopeFrom: '' })
    })
    const judged: Promise<{ stage: string }>[] = []
    measure(`authenticate: ${name}`, (size) => {
      const trust = { schemes: [...SCHEMES], maxAge: MAX_AGE, weak: [] }
      const input = { raw: grow(size), trust, registryAddresses: [], keys: KEYS, receivedAt: RECEIVED_AT }
      return () => judged.push(authenticate(input))
    })
    for (const { stage } of await Promise.all(judged)) expect(stage).not.toBe('trusted')
  })
})

describe.each((await loadMailProfiles()).map((profile) => ({ id: profile.id, profile })))(
  'texts that a registry might have signed: $id',
  ({ id, profile }) => {
    test.each(GROWN_TEXTS)('$name', ({ name, grow }) => {
      measure(`${id}: ${name}`, (size) => {
        const content = signedContent(grow(size).toString())
        return () => profile.decode(content, accountOf(profile))
      })
    })
  },
)

describe('DER of up to 192 KiB, which is what a mail holds in base64', () => {
  test.each(GROWN_DER)('$name', ({ name, grow }) => {
    measure(`DER: ${name}`, (size) => {
      const octets = grow((size * 3) / 4)
      return () => {
        readDer(octets)
        readSignedData(octets)
        readCertificate(octets)
      }
    })
  })
})
