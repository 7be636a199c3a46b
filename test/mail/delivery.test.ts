import { expect, test } from 'vitest'
import { judgeDelivery } from '../../src/mail/delivery.js'
import type { DeliveryAction, RecipientStatus } from '../../src/mail/dsn.js'

const ROBOT = 'robot@registry.example'
const about = (action: DeliveryAction, status: string, recipient: string | null = ROBOT): RecipientStatus => ({
  ...{ action, status, diagnostic: null, recipient, original: null },
})

test.each<[string, string, RecipientStatus[]]>([
  ['failed', 'for good', [about('failed', '5.1.1')]],
  ['failed', 'given up after failures that might have passed', [about('failed', '4.4.1')]],
  ['failed', 'nobody named', [about('failed', '5.0.0', null)]],
  [
    'failed',
    'ours, whatever became of others',
    [about('delivered', '2.0.0', 'x@other.example'), about('failed', '5.1.1')],
  ],
  [
    'failed',
    'all to whom an alias leads',
    [about('failed', '5.1.1', 'a@x.example'), about('failed', '4.4.7', 'b@x.example')],
  ],
  [
    'partly',
    'one of those to whom an alias leads',
    [about('failed', '5.1.1', 'a@x.example'), about('relayed', '2.0.0', 'b@x.example')],
  ],
  [
    'partly',
    'one, while another is still tried',
    [about('failed', '5.1.1', 'a@x.example'), about('delayed', '4.4.1', 'b@x.example')],
  ],
  ['delayed', 'still tried', [about('delayed', '4.4.1')]],
  ['delayed', 'a status for good, yet still tried', [about('delayed', '5.4.1')]],
  ['arrived', 'relayed', [about('relayed', '2.0.0')]],
  ['arrived', 'delivered', [about('delivered', '2.1.5')]],
  ['arrived', 'expanded', [about('expanded', '2.0.0')]],
  ['odd', 'failed with a success code', [about('failed', '2.0.0')]],
])('%s: %s', (kind, _, report) => {
  expect(judgeDelivery(report, ['Robot@Registry.example']).kind).toBe(kind)
})

test('by the address that its sender named', () => {
  const report = [
    { ...about('failed', '5.1.1', 'a@x.example'), original: ROBOT },
    about('delivered', '2.0.0', 'b@other.example'),
  ]
  expect(judgeDelivery(report, [ROBOT])).toEqual({ kind: 'failed', words: 'a@x.example: failed 5.1.1' })
})

test('of very many recipients a few are shown', () => {
  const report = Array.from({ length: 500 }, (_, at) => about('failed', '5.1.1', `r${at}@x.example`))
  expect(judgeDelivery(report, [ROBOT]).words).toMatch(/^r0@x\.example: failed 5\.1\.1; .*; and 497 more$/)
})
