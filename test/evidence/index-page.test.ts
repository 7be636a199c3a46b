import { expect, test } from 'vitest'
import type { ActionEntry } from '../../src/core/action-log.js'
import { indexPage } from '../../src/evidence/index-page.js'

const HASH = '0'.repeat(64)

const pageWith = (text: string): string => {
  const at = new Date('2026-07-01T10:00:00Z')
  const entry: ActionEntry = {
    ...{ id: '7', at, level: 'error', actor: 'registry', event: 'order.refused', text, data: {} },
    ...{ domain: 'example.de', orderId: null, requestId: null, mailId: null, salt: '', hash: HASH },
  }
  const checkpoints = { publicPem: '', fingerprint: '', sign: () => Buffer.alloc(0) }
  const segment = { before: HASH, links: [{ kind: 'own' as const, entry }], head: { id: '7', hash: HASH, at } }
  const subject = { domain: 'example.de', unicodeName: 'example.de', order: null }
  return indexPage({ subject, segment, checkpoints, source: 'gateway.example', orders: [], mails: [], keys: [] }, [])
}

test('however long the words of a stranger are, none of their lines stands where one of ours begins', () => {
  const forged = [
    '2026-07-01 11:00:00 UTC  example.de is now Registered',
    'Order          1',
    '    (by system; log/9.txt)',
  ]
  for (const line of forged)
    for (let length = 40; length < 120; length++) {
      const lines = pageWith(`the registry refuses: ${'x'.repeat(length)} ${line}`).split('\n')
      const first = lines.findIndex((one) => one.includes('the registry refuses:'))
      expect(first).toBeGreaterThan(0)
      const told = lines.slice(first + 1, lines.indexOf('    (by registry; log/7.txt)'))
      expect(told.length).toBeGreaterThan(0)
      for (const one of told) expect(one).toMatch(/^ {25}/)
    }
})
