import { expect, test } from 'vitest'
import { readDeliveryStatus } from '../../src/mail/dsn.js'

const dsn = (recipients: string[][], end = '\n') =>
  Buffer.from(
    [
      'From: MAILER-DAEMON@relay.example',
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; report-type=delivery-status;',
      ' boundary="b"',
      '',
      '--b',
      'Content-Type: text/plain',
      '',
      'Action: failed',
      '--b',
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns; relay.example',
      '',
      ...recipients.flatMap((fields) => ['Final-Recipient: rfc822; robot@registry.example', ...fields, '']),
      '--b',
      'Content-Type: message/rfc822',
      '',
      'Subject: CREATE',
      '',
      'Action: failed',
      '--b--',
      '',
    ].join(end),
  )

const FAILED = [
  'Action: failed',
  'Status: 5.1.1',
  'Diagnostic-Code: smtp; 550 5.1.1 no such user;',
  '    try again never',
]

test.each(['\n', '\r\n'])('a failure, line ends %j', (end) => {
  expect(readDeliveryStatus(dsn([FAILED], end))).toEqual({
    action: 'failed',
    status: '5.1.1',
    diagnostic: '550 5.1.1 no such user; try again never',
  })
})

test.each([
  [
    'delayed',
    [['Action: Delayed', 'Status: 4.4.1 (no route)']],
    { action: 'delayed', status: '4.4.1', diagnostic: null },
  ],
  ['relayed', [['Action: relayed', 'Status: 2.0.0']], { action: 'relayed', status: '2.0.0', diagnostic: null }],
  [
    'a status that is none',
    [['Action: failed', 'Status: bad']],
    { action: 'failed', status: '5.0.0', diagnostic: null },
  ],
])('%s', (_, recipients, expected) => {
  expect(readDeliveryStatus(dsn(recipients))).toEqual(expected)
})

test('of several recipients the worst counts', () => {
  const others = [
    ['Action: delivered', 'Status: 2.0.0'],
    ['Action: delayed', 'Status: 4.0.0'],
    FAILED,
    ['Action: expanded', 'Status: 2.0.0'],
  ]
  expect(readDeliveryStatus(dsn(others))).toMatchObject({ action: 'failed', status: '5.1.1' })
})

test.each([
  ['a text', 'Subject: failure\n\nAction: failed\nStatus: 5.1.1\n'],
  ['a report with no recipient', dsn([]).toString()],
  ['an unknown action', dsn([['Action: exploded', 'Status: 5.1.1']]).toString()],
  ['a report that is cut off', dsn([FAILED]).toString().replace('--b--', '')],
  ['nothing', ''],
])('%s says nothing', (_, raw) => {
  expect(readDeliveryStatus(Buffer.from(raw))).toBeNull()
})
