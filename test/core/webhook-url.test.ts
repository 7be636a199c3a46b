import { describe, expect, test } from 'vitest'
import { describeProblems } from '../../src/core/errors.js'
import { parseWebhookUrl } from '../../src/core/webhook-url.js'

const verdict = (text: string, privates: 'refuse' | 'allow' = 'refuse'): string => {
  const parsed = parseWebhookUrl(text, privates)
  return parsed.ok ? parsed.value.href : describeProblems(parsed.problems)
}

describe('the URL of a webhook', () => {
  test.each([
    ['https://billing.example.net/hooks?x=1', 'https://billing.example.net/hooks?x=1'],
    ['https://billing.example.net:8443', 'https://billing.example.net:8443/'],
    ['HTTPS://BILLING.example.net/', 'https://billing.example.net/'],
    ['https://9.9.9.9/', 'https://9.9.9.9/'],
    ['https://[2606:4700::1]/', 'https://[2606:4700::1]/'],
  ])('%s is taken', (text, href) => {
    expect(verdict(text)).toBe(href)
  })

  test.each([
    ['', /is no URL/],
    ['billing.example.net', /is no URL/],
    ['https://', /is no URL/],
    ['https://256.1.1.1/', /is no URL/],
    ['https://[fe80::1%25eth0]/', /is no URL/],
    [`https://billing.example.net/${'x'.repeat(2_000)}`, /is no URL/],
    ['ftp://billing.example.net/', /starts with ftp:; give an https/],
    ['file:///etc/passwd', /starts with file:/],
    ['gopher://127.0.0.1:25/', /starts with gopher:/],
    ['http://billing.example.net/', /starts with http:.*SEALPOST_WEBHOOK_PRIVATE=allow/],
    ['https://user@billing.example.net/', /a user name or password/],
    ['https://:secret@billing.example.net/', /a user name or password/],
  ])('%s is refused', (text, reason) => {
    expect(verdict(text)).toMatch(reason)
  })

  test.each([
    ...['127.0.0.1', '127.1', '2130706433', '0x7f000001', '0x7f.1', '017700000001', '0177.0.0.1', '127.0.0.1.'],
    ...['%31%32%37.0.0.1', '①②⑦.0.0.1', '127。0。0。1', '0', '[::1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]'],
    ...['10.1', '0xa.0.0.1', '192.168.257', '169.254.169.254', '[fd00::1]', '[fe80::1]', '[64:ff9b::7f00:1]'],
    ...['[2002:7f00:1::]', '100.64.1.1', '[2001:0:4136:e378:8000:63bf:3fff:fdd2]'],
  ])('https://%s/ is refused in whatever form the address is written, and taken where private ones are', (host) => {
    expect(verdict(`https://${host}/`)).toMatch(/leads to \S+, which is .*; webhooks go to public addresses only/)
    expect(verdict(`https://${host}/`, 'allow')).toMatch(/^https:/)
  })

  test('where private addresses are allowed plain http is too, and nothing else', () => {
    expect(verdict('http://127.0.0.1:3000/hooks', 'allow')).toBe('http://127.0.0.1:3000/hooks')
    expect(verdict('ftp://127.0.0.1/', 'allow')).toMatch(/starts with ftp:/)
    expect(verdict('http://user:password@127.0.0.1/', 'allow')).toMatch(/a user name or password/)
  })
})
