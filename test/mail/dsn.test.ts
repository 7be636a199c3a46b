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
  expect(readDeliveryStatus(dsn([FAILED], end))).toEqual([
    {
      ...{ action: 'failed', status: '5.1.1', recipient: 'robot@registry.example', original: null },
      diagnostic: '550 5.1.1 no such user; try again never',
    },
  ])
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
  expect(readDeliveryStatus(dsn(recipients))).toMatchObject([expected])
})

test('each recipient is told apart', () => {
  const others = [
    ['Action: delivered', 'Status: 2.0.0', 'Original-Recipient: rfc822;Alias@Registry.example'],
    ['Action: delayed', 'Status: 4.0.0'],
    FAILED,
    ['Action: expanded', 'Status: 2.0.0'],
    ['Action: failed', 'Action: delivered'],
    ['Status: 5.1.1'],
  ]
  const report = readDeliveryStatus(dsn(others)) ?? []
  expect(report.map(({ action }) => action)).toEqual(['delivered', 'delayed', 'failed', 'expanded'])
  expect(report[0]?.original).toBe('alias@registry.example')
})

test('in UTF-8 (RFC 6533), with an encoding, and with what servers leave out or write their own way', () => {
  const body = [
    'Reporting-MTA: dns; mx.example',
    '',
    'Final-Recipient: utf-8; <j\u00fcrgen@registry.example>',
    'Action: failed (given up)'.replace(' (given up)', ''),
    'Status: 5.1.1 (bad mailbox)',
    'Diagnostic-Code: smtp; 550 \u767b\u9332\u306a\u3057',
    '',
    'Action:FAILED',
    'Final-Recipient:rfc822;robot@registry.example',
  ].join('\r\n')
  const mail = (encoding: string, octets: string) =>
    Buffer.from(
      [
        'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
        '',
        '--b',
        'Content-Type: message/global-delivery-status; charset=utf-8',
        `Content-Transfer-Encoding: ${encoding}`,
        '',
        octets,
        '--b--',
        '',
      ].join('\r\n'),
    )
  const expected = [
    { recipient: 'j\u00fcrgen@registry.example', status: '5.1.1', diagnostic: '550 \u767b\u9332\u306a\u3057' },
    { action: 'failed', recipient: 'robot@registry.example', status: '5.0.0', diagnostic: null },
  ]
  expect(readDeliveryStatus(mail('8bit', body))).toMatchObject(expected)
  expect(readDeliveryStatus(mail('base64', Buffer.from(body).toString('base64')))).toMatchObject(expected)
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
