import { expect, test } from 'vitest'
import { type Mail, SENDER_RESULTS, type SenderEvidence } from '../../src/core/mail.js'
import { mailView } from '../../src/core/views.js'
import { evidenceWords, timeWords } from '../../src/http/console/frame/words.js'
import { MailPage } from '../../src/http/console/mails/mail-page.js'
import { NOW } from '../helpers/records.js'

const PASSED: SenderEvidence = {
  ...{ spf: 'pass', dkim: 'pass', dmarc: 'pass' },
  domains: { spf: 'mx.registry.example', dkim: ['registry.example', 'esp.example'], from: 'registry.example' },
}
const NOBODY: SenderEvidence = {
  ...{ spf: 'softfail', dkim: 'none', dmarc: 'permerror' },
  domains: { spf: null, dkim: [], from: null },
}

const aMail = (evidence: SenderEvidence | null): Mail => ({
  ...{ id: 'm', direction: 'in', connectionId: null, envelope: { from: '', to: [] }, receivedAt: NOW, sha256: '' },
  ...{
    size: 0,
    stage: 'received',
    reason: null,
    verdict: null,
    replies: [],
    orders: [],
    requestId: null,
    archivedAt: null,
    erasedAt: null,
    evidence,
  },
})

test.each([
  [
    PASSED,
    'DMARC: passed for registry.example. SPF: passed for mx.registry.example. DKIM: passed for registry.example, esp.example.',
  ],
  [NOBODY, 'DMARC: could not be evaluated. SPF: failed softly. DKIM: nothing published or signed.'],
  [null, null],
])('evidence is told in words', (evidence, words) => {
  expect(evidenceWords({ evidence })).toBe(words)
})

test('each result has words of its own', () => {
  const words = SENDER_RESULTS.map((dmarc) => evidenceWords({ evidence: { ...NOBODY, dmarc } }))
  expect(new Set(words).size).toBe(SENDER_RESULTS.length)
})

test.each([
  [PASSED, true],
  [null, false],
])('the page of a mail has a row for it where there is some', (evidence, shown) => {
  const rights = { mayAct: false, maySeeRules: false }
  const content = { raw: { reason: 'none' }, shown: null, sight: 'text' } as const
  const props = { registry: null, carried: null, orders: [], ...content, ...rights, words: timeWords('UTC') }
  const page = String(<MailPage mail={mailView(aMail(evidence))} {...props} />)
  expect(page.includes('<dd>DMARC: passed for registry.example.')).toBe(shown)
  expect(page.includes('domain</dt>')).toBe(shown)
})
