/** What somebody writes into a field to make a header field, a recipient, a command or a line of it. */
export const INJECTIONS: readonly string[] = [
  'x\r\nBcc: evil@evil.example',
  'x\nBcc: evil@evil.example',
  'x\rBcc: evil@evil.example',
  'x\0Bcc: evil@evil.example',
  'x\u000bBcc: evil@evil.example',
  'x\u000cBcc: evil@evil.example',
  'x\u0085Bcc: evil@evil.example',
  'x\u2028Bcc: evil@evil.example',
  'x\u2029Bcc: evil@evil.example',
  'x\r\n Holder: DENIC-1-EVIL',
  'x\r\nHolder: DENIC-1-EVIL',
  'x\r\n\r\nHolder: DENIC-1-EVIL',
  'x\r\n.\r\nMAIL FROM:<evil@evil.example>\r\n',
  'a@reg.example\r\nBcc: evil@evil.example',
  'b@y.example>\r\nRCPT TO:<c@c.example',
  'a@x.example> SIZE=1\r\nRCPT TO:<q@q.example',
  'x\u001b[2J',
  'x\u007f',
  'x\ttab',
  'x\ud83d',
  '\ude00x',
  // from here on there is nothing that cannot be seen
  'b@y.example> RCPT TO:<c@c.example',
  'a@b.example, evil@evil.example',
  'group: evil@evil.example;',
  '"a@b.example"@evil.example',
  'Evil <evil@evil.example>',
  'Bcc: evil@evil.example',
  'Holder: DENIC-1-EVIL',
  '[evil]',
  '-----BEGIN PGP SIGNED MESSAGE-----',
  '-----END PGP SIGNATURE-----',
  '- -- dashes',
  'From evil',
  '.',
  '=?utf-8?Q?x=0D=0ABcc:_evil@evil.example?=',
  '%0d%0aBcc:%20evil@evil.example',
  '\\r\\nBcc: evil@evil.example',
  '{{ reference }}{% raw %}',
  'x\u202egnp.exe',
  'x\u200bx',
  'ex\u00adample.de',
  'x'.repeat(10_000),
  '../../etc/passwd',
  'file:///etc/passwd',
  '__proto__',
  ' ',
  '',
]

/** True for what no field of any kind may hold: controls, halves of characters, separators that some take for line ends. */
export const isUnseen = (text: string): boolean => /[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text)

/** What the mail library would take for more than a value. */
export const OBJECTS: readonly unknown[] = [
  { prepared: true, value: '1\r\nBcc: evil@evil.example' },
  { raw: 'Bcc: evil@evil.example\r\n\r\nevil' },
  { path: '/etc/passwd' },
  { href: 'http://127.0.0.1/' },
  { name: 'Evil', address: 'evil@evil.example' },
  [{ name: 'Evil', address: 'evil@evil.example' }],
  ['x', 'evil@evil.example'],
]

/** Fields that the mail library knows and no order and no connection has. */
export const FOREIGN_FIELDS = ['headers', 'raw', 'envelope', 'attachments', 'alternatives', 'list', 'bcc', 'cc', 'html']
