import { describe, expect, test } from 'vitest'
import { Refusal } from '../../src/core/errors.js'
import { checkAddress, checkMessageId, subjectField } from '../../src/mail/header.js'

describe('what cannot stand in a header is refused by the name of its field', () => {
  test.each(['a\r\nBcc: b', 'a\rb', 'a\0b', 'a\u007fb', 'a\u009bb', 'a\u2029b', 'a\ud83d', '\ude00a'])(
    'the subject %j',
    (subject) => {
      expect(() => subjectField(subject)).toThrow(Refusal)
      expect(() => subjectField(subject)).toThrow(/: subject has /)
    },
  )

  test.each([
    'a@b.example, evil@evil.example',
    'group: evil@evil.example;',
    'Evil <evil@evil.example>',
    '"a b"@b.example',
    'a@b.example\r\nBcc: evil@evil.example',
    'a@b.example ',
    'a@[192.0.2.1]',
    'ä@b.example',
    'a@b.example\u00ad',
    'a@@b.example',
    '@b.example',
    'a',
    '',
    `${'a'.repeat(70)}@b.example`,
  ])('the address %j', (address) => {
    expect(() => checkAddress('to', address)).toThrow(/: to (has|is) /)
  })

  test.each(['<a@b>\r\nBcc: c', '<a@b', 'a@b', '<a b@c>', '<a@b> <c@d>', '<ä@b>', '<a@b@c>'])(
    'the Message-ID %j',
    (id) => {
      expect(() => checkMessageId(id)).toThrow(/: messageId is not/)
    },
  )
})
