import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  isInside,
  isIpAddress,
  parseAddress,
  parseDomainName,
  parseHostName,
  parseTld,
} from '../../src/core/domain-name.js'
import { type Checked, describeProblems } from '../../src/core/errors.js'

/** The value of a name that must be good; the problems are the message of the failure. */
const value = <T>(checked: Checked<T>): T => {
  if (!checked.ok) throw new Error(describeProblems(checked.problems))
  return checked.value
}
const complaint = (checked: Checked<unknown>): string =>
  checked.ok ? 'no problem' : describeProblems(checked.problems)

describe('parseDomainName takes registrable names', () => {
  test.each([
    ['example.de', 'example.de', 'example.de', 'de'],
    ['EXAMPLE.De', 'example.de', 'example.de', 'de'],
    ['bücher-müller.de', 'xn--bcher-mller-thbg.de', 'bücher-müller.de', 'de'],
    ['BÜCHER-MÜLLER.DE', 'xn--bcher-mller-thbg.de', 'bücher-müller.de', 'de'],
    ['xn--bcher-mller-thbg.de', 'xn--bcher-mller-thbg.de', 'bücher-müller.de', 'de'],
    ['XN--BCHER-MLLER-THBG.de', 'xn--bcher-mller-thbg.de', 'bücher-müller.de', 'de'],
    ['bu\u0308cher.de', 'xn--bcher-kva.de', 'bücher.de', 'de'],
    ['straße.de', 'xn--strae-oqa.de', 'straße.de', 'de'],
    ['STRAẞE.de', 'xn--strae-oqa.de', 'straße.de', 'de'],
    ['ｅｘａｍｐｌｅ．ｄｅ', 'example.de', 'example.de', 'de'],
    ['example.co.uk', 'example.co.uk', 'example.co.uk', 'uk'],
    ['github.io', 'github.io', 'github.io', 'io'],
    ['пример.рф', 'xn--e1afmkfd.xn--p1ai', 'пример.рф', 'xn--p1ai'],
    ['ΟΔΟΣ.gr', 'xn--pxavbq.gr', 'οδοσ.gr', 'gr'],
    ['日本語テキスト.jp', 'xn--nckya0bk5909dcvb2w6i.jp', '日本語テキスト.jp', 'jp'],
    ['abc日本.jp', 'xn--abc-v08fl0d.jp', 'abc日本.jp', 'jp'],
    ['한국abc.kr', 'xn--abc-lt8lk11n.kr', '한국abc.kr', 'kr'],
    ['col·lecció.cat', 'xn--collecci-ioa91d.cat', 'col·lecció.cat', 'cat'],
    ['נייר.co.il', 'xn--eebat8a.co.il', 'נייר.co.il', 'il'],
    [`${'a'.repeat(63)}.de`, `${'a'.repeat(63)}.de`, `${'a'.repeat(63)}.de`, 'de'],
    ['1.de', '1.de', '1.de', 'de'],
  ])('%s', (input, name, unicodeName, tld) => {
    expect(value(parseDomainName(input))).toEqual({ name, unicodeName, tld })
  })
})

describe('zones of the reverse trees', () => {
  test.each([
    ...['192.in-addr.arpa', '0.192.in-addr.arpa', '2.0.192.in-addr.arpa', '53.2.0.192.in-addr.arpa'],
    ...['0-63.2.0.192.in-addr.arpa', '255.255.255.in-addr.arpa', '2.ip6.arpa', '8.b.d.0.1.0.0.2.ip6.arpa'],
    `${'0.'.repeat(32)}ip6.arpa`,
  ])('%s is registrable, and so is what is under it', (name) => {
    expect(value(parseDomainName(name.toUpperCase()))).toEqual({ name, unicodeName: name, tld: 'arpa' })
    expect(value(parseTld(name)).registrable).toBe(true)
  })

  test.each([
    ['256.0.192.in-addr.arpa', /number from 0 to 255/],
    ['02.0.192.in-addr.arpa', /number from 0 to 255/],
    ['1.53.2.0.192.in-addr.arpa', /no network of IPv4/],
    ['63-0.2.0.192.in-addr.arpa', /a part of one is a range/],
    ['0-63.0.192.in-addr.arpa', /no network of IPv4/],
    ['example.in-addr.arpa', /no network of IPv4/],
    ['0/26.2.0.192.in-addr.arpa', /"\/" in it/],
    ['20.ip6.arpa', /one hexadecimal digit/],
    ['g.ip6.arpa', /one hexadecimal digit/],
    [`${'0.'.repeat(33)}ip6.arpa`, /1 to 32/],
    ['in-addr.arpa', /suffix under which names are registered/],
    ['ip6.arpa', /suffix under which names are registered/],
  ])('%s is none', (input, reason) => {
    expect(complaint(parseDomainName(input))).toMatch(reason)
  })

  test('a suffix of theirs is a TLD that names can be ordered under', () => {
    for (const tld of ['in-addr.arpa', 'ip6.arpa', '192.in-addr.arpa'])
      expect(value(parseTld(tld))).toEqual({ tld, unicodeTld: tld, registrable: true })
  })
})

describe('parseDomainName refuses everything else and says why', () => {
  test.each([
    ['', /empty/],
    ['-bad-.de', /hyphen/],
    ['bad-.de', /hyphen/],
    ['a_b.de', /"_" in it; letters, digits and hyphens/],
    ['a,b.de', /"," in it/],
    ['www.example.de', /sub-domain; only example\.de/],
    ['a.b.co.uk', /sub-domain; only b\.co\.uk/],
    ['a.github.io', /sub-domain; only github\.io/],
    ['www.bücher.de', /sub-domain; only bücher\.de/],
    ['co.uk', /suffix under which names are registered/],
    ['de', /one label/],
    ['example.invalid', /no top-level domain/],
    ['example.notatld', /no top-level domain/],
    ['example.de.', /ends with a dot/],
    ['.example.de', /empty label/],
    ['example..de', /empty label/],
    ['.', /ends with a dot/],
    [' example.de', /white space/],
    ['example.de\n', /white space/],
    ['exa mple.de', /white space/],
    ['exam\u00a0ple.de', /white space/],
    ['exam\u0000ple.de', /control characters/],
    ['example.de\r\nAction: DELETE', /white space or control/],
    ['192.0.2.1', /IP address/],
    ['2001:db8::1', /IP address/],
    ['[2001:db8::1]', /IP address/],
    ['0x7f.1', /ends in a number/],
    ['https://example.de', /":" in it/],
    ['user@example.de', /"@" in it/],
    [`${'a'.repeat(64)}.de`, /64 octets; at most 63/],
    [`${'ü'.repeat(60)}.de`, /octets as an A-label; at most 63/],
    ['x'.repeat(256), /256 characters/],
    ['ex\u00adample.de', /drop or replace.*"example"/],
    ['ex\u200bample.de', /drop or replace/],
    ['ex\u2060ample.de', /drop or replace/],
    ['exa\ufe0fmple.de', /drop or replace/],
    ['example\u3002de', /one label/],
    ['ﬁnanz.de', /drop or replace.*"finanz"/],
    ['①.de', /drop or replace/],
    ['exam\u200dple.de', /UTS 46/],
    ['exаmple.de', /Latin and Cyrillic/],
    ['xn--exmple-4nf.de', /Latin and Cyrillic/],
    ['gοοgle.de', /Latin and Greek/],
    ['abcд.рф', /Latin and Cyrillic/],
    ['ᏣᎳᎩ.com', /script that domain names do not use/],
    ['i♥you.de', /symbols are not/],
    ['😀.de', /symbols are not/],
    ['a·b.de', /symbols are not/],
    ['a・b.jp', /symbols are not/],
    ['ab--cd.de', /third and fourth place/],
    ['xn--a.de', /not the encoding of a valid name/],
    ['xn--.de', /not the encoding|hyphen/],
    ['xn--abc-.de', /hyphen/],
    ['xn--Bcher-Kva-zzzzzzzz.de', /not the encoding/],
    ['xn--bücher.de', /not the encoding/],
    ['\u0301abc.de', /UTS 46/],
    ['אa1.de', /Hebrew and Latin/],
    ['1א.co.il', /UTS 46/],
    ['\ud800.de', /no valid Unicode/],
  ])('%j', (input, reason) => {
    expect(complaint(parseDomainName(input))).toMatch(reason)
  })

  test('with every problem of its labels at once', () => {
    const checked = parseHostName('-a.b_c.exаmple.de')
    expect(checked.ok ? 0 : checked.problems.length).toBe(3)
  })
})

describe('parseHostName', () => {
  test.each([
    ['ns1.example.net', 'ns1.example.net'],
    ['NS1.bücher-müller.de', 'ns1.xn--bcher-mller-thbg.de'],
    ['a.b.c.d.registry.example', 'a.b.c.d.registry.example'],
    ['example.de', 'example.de'],
  ])('takes %s', (input, name) => {
    expect(value(parseHostName(input)).name).toBe(name)
  })

  test.each([
    ['ns_1.example.net', /"_"/],
    ['localhost', /one label/],
    ['192.0.2.53', /IP address/],
    ['ns1.example.net.', /ends with a dot/],
    ['ns1.example.net 192.0.2.53', /white space/],
    [`${'a.'.repeat(126)}abc`, /at most 253/],
  ])('refuses %s', (input, reason) => {
    expect(complaint(parseHostName(input))).toMatch(reason)
  })
})

test('isInside knows a domain, what is below it, and names that only end alike', () => {
  expect(isInside('example.de', 'example.de')).toBe(true)
  expect(isInside('ns1.example.de', 'example.de')).toBe(true)
  expect(isInside('ns1.badexample.de', 'example.de')).toBe(false)
  expect(isInside('example.de', 'ns1.example.de')).toBe(false)
})

describe('parseAddress', () => {
  test.each([
    ['192.0.2.53', '192.0.2.53', 4],
    ['2001:DB8:0:0:0:0:0:53', '2001:db8::53', 6],
    ['2001:db8:0:53::1', '2001:db8:0:53::1', 6],
    ['2001:0db8:0000:0000:0001:0000:0000:0001', '2001:db8::1:0:0:1', 6],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1', 6],
    ['::', '::', 6],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1', 6],
  ])('%s', (input, address, family) => {
    expect(value(parseAddress(input))).toEqual({ address, family })
  })

  test.each([
    '',
    '192.0.2',
    '192.0.2.053',
    '192.0.2.1/24',
    '2001:db8::/32',
    'fe80::1%eth0',
    '[::1]',
    ' ::1',
    '::1\n',
    'x'.repeat(9999),
  ])('refuses %j', (input) => {
    expect(complaint(parseAddress(input))).toMatch(/is no IP address/)
  })

  test('is stable', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const once = value(parseAddress(address)).address
        expect(value(parseAddress(once)).address).toBe(once)
        expect(once).not.toMatch(/[A-Z]|::.*::|(^|:)0[0-9a-f]/)
      }),
    )
    expect(isIpAddress('::1')).toBe(true)
    expect(isIpAddress('example.de')).toBe(false)
  })
})

describe('whatever the input', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.string({ unit: 'grapheme', maxLength: 40 }).map((label) => `${label}.de`),
    fc.stringMatching(/^(xn--)?[a-zA-Zäöüßаеο0-9_-]{0,20}\.(de|co\.uk|рф)$/),
    fc.domain(),
  )

  test('a name that is taken is a lower-case A-label name, and is taken again unchanged in both its forms', () => {
    fc.assert(
      fc.property(anything, (input) => {
        const checked = parseDomainName(input)
        if (!checked.ok) {
          for (const { detail } of checked.problems) expect(detail).toMatch(/[.]$/)
          return
        }
        const { name, unicodeName } = checked.value
        expect(name).toMatch(/^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$/)
        expect(parseDomainName(name)).toEqual(checked)
        expect(parseDomainName(unicodeName)).toEqual(checked)
        expect(parseHostName(`ns1.${name}`).ok || name.length > 249).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test('upper case changes nothing', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-zäöü0-9]{1,20}\.de$/), (input) => {
        expect(parseDomainName(input.toUpperCase())).toEqual(parseDomainName(input))
      }),
    )
  })
})
