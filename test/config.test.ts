import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { parseHostPort, readSettings, riskySettings, setBy, templatesFolder, VARIABLES } from '../src/config.js'

const folder = mkdtempSync(path.join(tmpdir(), 'sealpost-config-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const secretFile = (content: string): string => {
  const file = path.join(folder, 'secret')
  writeFileSync(file, content)
  return file
}

describe('settings', () => {
  test('an empty environment gives the defaults', () => {
    const settings = readSettings({})
    expect(settings).toMatchObject({
      ok: true,
      value: { databaseUrl: null, http: { host: '127.0.0.1', port: 8080 }, token: null, logLevel: 'info' },
    })
  })

  test('every mistake is told at once, by the name of its variable', () => {
    const settings = readSettings({
      ...{
        DATABASE_URL: 'mysql://x',
        REDIS_URL: 'localhost:6379',
        SEALPOST_HTTP: 'here',
        SEALPOST_SMTP: '1.2.3.4:99999',
      },
      ...{ SEALPOST_SMTP_TLS_CERT: 'cert.pem', SEALPOST_SMTP_PER_ADDRESS: '0', SEALPOST_PUBLIC_URL: 'ftp://x' },
      ...{ SEALPOST_TIMEZONE: 'Moon', SEALPOST_TOKEN: 'short', LOG_LEVEL: 'loud', SEALPOST_WEBHOOK_PRIVATE: 'yes' },
    })
    expect(settings.ok ? [] : settings.problems.map(({ pointer }) => pointer).sort()).toEqual([
      ...['DATABASE_URL', 'LOG_LEVEL', 'REDIS_URL', 'SEALPOST_HTTP', 'SEALPOST_PUBLIC_URL', 'SEALPOST_SMTP'],
      ...['SEALPOST_SMTP_PER_ADDRESS', 'SEALPOST_SMTP_TLS_CERT', 'SEALPOST_TIMEZONE', 'SEALPOST_TOKEN'],
      'SEALPOST_WEBHOOK_PRIVATE',
    ])
  })

  test('a secret comes from its file, and from one place only', () => {
    const file = secretFile('a-long-token\n')
    expect(readSettings({ SEALPOST_TOKEN_FILE: file })).toMatchObject({ ok: true, value: { token: 'a-long-token' } })
    expect(readSettings({ SEALPOST_TOKEN_FILE: file, SEALPOST_TOKEN: 'a-long-token' })).toMatchObject({ ok: false })
    expect(readSettings({ SEALPOST_TOKEN_FILE: path.join(folder, 'none') })).toMatchObject({ ok: false })
  })

  test.each([
    [{}, null],
    [{ SEALPOST_TOKEN: 'x' }, 'SEALPOST_TOKEN'],
    [{ SEALPOST_TOKEN_FILE: 'x' }, 'SEALPOST_TOKEN_FILE'],
    [{ SEALPOST_HTTP_FILE: 'x' }, null],
  ])('%j: a secret that its file sets is set', (env, name) => {
    const variables = VARIABLES.filter((variable) => ['SEALPOST_TOKEN', 'SEALPOST_HTTP'].includes(variable.name))
    expect(variables.map((variable) => setBy(env, variable)).find((found) => found !== null) ?? null).toBe(name)
  })

  test.each([
    [{}, 'refuse'],
    [{ SEALPOST_WEBHOOK_PRIVATE: 'refuse' }, 'refuse'],
    [{ SEALPOST_WEBHOOK_PRIVATE: 'allow' }, 'allow'],
  ])('%j: webhooks to private addresses are: %s', (env, webhookPrivate) => {
    expect(readSettings(env)).toMatchObject({ ok: true, value: { webhookPrivate } })
  })

  describe('an issuer of OpenID Connect', () => {
    const whole = {
      ...{ SEALPOST_OIDC_ISSUER: 'https://login.example/realms/a', SEALPOST_OIDC_CLIENT_ID: 'sealpost' },
      ...{ SEALPOST_OIDC_CLIENT_SECRET: 'secret', SEALPOST_PUBLIC_URL: 'https://console.example' },
    }
    const problemsOf = (env: Record<string, string>): string[] => {
      const settings = readSettings(env)
      return settings.ok ? [] : settings.problems.map(({ pointer }) => pointer).sort()
    }

    test('needs its three settings and our address, and is strict where nothing else is said', () => {
      expect(readSettings({})).toMatchObject({ ok: true, value: { oidc: null } })
      expect(readSettings(whole)).toMatchObject({
        ok: true,
        value: {
          oidc: {
            ...{ issuer: 'https://login.example/realms/a', clientId: 'sealpost', clientSecret: 'secret' },
            ...{ scope: 'openid profile email', userClaim: 'email', roles: null, creates: false },
            ...{ secondFactor: 'ours', only: false },
          },
        },
      })
    })

    test('its secret may come from a file', () => {
      const { SEALPOST_OIDC_CLIENT_SECRET: _, ...rest } = whole
      const env = { ...rest, SEALPOST_OIDC_CLIENT_SECRET_FILE: secretFile('of a file\n') }
      expect(readSettings(env)).toMatchObject({ ok: true, value: { oidc: { clientSecret: 'of a file' } } })
    })

    test('gives roles by values that may have signs of equality', () => {
      const env = { ...whole, SEALPOST_OIDC_ROLES: 'admin=cn=admins, viewer=staff', SEALPOST_OIDC_CREATE: 'yes' }
      const grants = [
        { role: 'admin', value: 'cn=admins' },
        { role: 'viewer', value: 'staff' },
      ]
      expect(readSettings(env)).toMatchObject({
        value: { oidc: { roles: { claim: 'groups', grants }, creates: true } },
      })
    })

    test.each<[Record<string, string | undefined>, string[]]>([
      [{ SEALPOST_OIDC_ISSUER: undefined }, ['SEALPOST_OIDC_ISSUER']],
      [{ SEALPOST_OIDC_CLIENT_SECRET: undefined }, ['SEALPOST_OIDC_CLIENT_SECRET']],
      [{ SEALPOST_PUBLIC_URL: undefined }, ['SEALPOST_PUBLIC_URL']],
      [{ SEALPOST_PUBLIC_URL: 'http://console.example' }, ['SEALPOST_PUBLIC_URL']],
      [{ SEALPOST_PUBLIC_URL: 'http://127.0.0.1:8080' }, []],
      [{ SEALPOST_OIDC_ISSUER: 'http://login.example' }, ['SEALPOST_OIDC_ISSUER']],
      [{ SEALPOST_OIDC_ISSUER: 'https://login.example/?a=b' }, ['SEALPOST_OIDC_ISSUER']],
      [{ SEALPOST_OIDC_ISSUER: 'https://me:secret@login.example/' }, ['SEALPOST_OIDC_ISSUER']],
      [{ SEALPOST_OIDC_SCOPE: 'profile email' }, ['SEALPOST_OIDC_SCOPE']],
      [{ SEALPOST_OIDC_ROLES: 'root=staff' }, ['SEALPOST_OIDC_ROLES']],
      [{ SEALPOST_OIDC_ROLES: 'admin=' }, ['SEALPOST_OIDC_ROLES']],
      [{ SEALPOST_OIDC_CREATE: 'yes' }, ['SEALPOST_OIDC_CREATE']],
      [{ SEALPOST_OIDC_ONLY: 'true' }, ['SEALPOST_OIDC_ONLY']],
      [{ SEALPOST_OIDC_SECOND_FACTOR: 'none' }, ['SEALPOST_OIDC_SECOND_FACTOR']],
    ])('%j: %j', (change, problems) => {
      const env = Object.entries({ ...whole, ...change }).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value]],
      )
      expect(problemsOf(Object.fromEntries(env))).toEqual(problems)
    })

    test('a setting of it without an issuer is a mistake: whoever set it believes that it counts', () => {
      expect(problemsOf({ SEALPOST_OIDC_ONLY: 'yes' })).toEqual(['SEALPOST_OIDC_ONLY'])
    })
  })

  test.each([
    [{}, null],
    [{ SEALPOST_RETENTION: 'keep' }, null],
    [{ SEALPOST_RETENTION: '365d' }, 365 * 86_400_000],
    [{ SEALPOST_RETENTION: '1s' }, 1_000],
  ])('%j: octets of mails stay in the database for so long: %s', (env, retention) => {
    expect(readSettings(env)).toMatchObject({ ok: true, value: { retention } })
  })

  test.each([
    [{}, ['06:00', '12:00', '16:00', '21:00']],
    [{ SEALPOST_DIGESTS: 'none' }, []],
    [{ SEALPOST_DIGESTS: '21:30, 00:00,21:30' }, ['00:00', '21:30']],
  ])('%j: digests come at %j', (env, digests) => {
    expect(readSettings(env)).toMatchObject({ ok: true, value: { digests } })
  })

  test.each(['', '6:00', '24:00', '06:60', '06:00;12:00', 'none,06:00', '06:00,'])(
    'digests at "%s" are refused',
    (text) => {
      const settings = readSettings({ SEALPOST_DIGESTS: text })
      expect(settings.ok ? [] : settings.problems).toEqual([
        { pointer: 'SEALPOST_DIGESTS', detail: expect.stringMatching(/give times from 00:00 to 23:59 .*, or none$/) },
      ])
    },
  )

  test.each([
    [{}, '05:30'],
    [{ SEALPOST_SELF_TEST: 'none' }, null],
    [{ SEALPOST_SELF_TEST: '23:59' }, '23:59'],
  ])('%j: a mail to ourselves goes at %j', (env, selfTest) => {
    expect(readSettings(env)).toMatchObject({ ok: true, value: { selfTest } })
  })

  test.each(['', '5:30', '24:00', '05:30,06:00', 'off'])('a mail to ourselves at "%s" is refused', (text) => {
    const settings = readSettings({ SEALPOST_SELF_TEST: text })
    expect(settings.ok ? [] : settings.problems).toEqual([
      { pointer: 'SEALPOST_SELF_TEST', detail: expect.stringMatching(/give a time from 00:00 to 23:59, .*, or none$/) },
    ])
  })

  test.each(['', '0d', '1y', '365', '-1d', 'never'])('a retention "%s" is refused', (text) => {
    const settings = readSettings({ SEALPOST_RETENTION: text })
    expect(settings.ok ? [] : settings.problems).toEqual([
      { pointer: 'SEALPOST_RETENTION', detail: expect.stringMatching(/give keep, or an age .* such as 365d/) },
    ])
  })

  test.each([
    ['', []],
    ['127.0.0.1', ['127.0.0.1']],
    [' 192.0.2.1 ,2001:DB8:0::1,', ['192.0.2.1', '2001:db8::1']],
  ])('the trusted proxies "%s" are %j', (text, trustedProxies) => {
    expect(readSettings({ SEALPOST_TRUSTED_PROXIES: text })).toMatchObject({ ok: true, value: { trustedProxies } })
  })

  test.each(['proxy.example', '10.0.0.0/8', '127.0.0.1:8080', '192.0.2.1 192.0.2.2'])(
    'a proxy "%s" would never be recognised, so it is refused',
    (text) => {
      const settings = readSettings({ SEALPOST_TRUSTED_PROXIES: text })
      expect(settings.ok ? [] : settings.problems).toMatchObject([
        { pointer: 'SEALPOST_TRUSTED_PROXIES', detail: expect.stringContaining(text) },
      ])
    },
  )

  test.each([
    [{}, []],
    [{ SEALPOST_HTTP: 'localhost:8080' }, []],
    [{ SEALPOST_HTTP: '[::1]:8080' }, []],
    [{ SEALPOST_HTTP: '0.0.0.0:8080', SEALPOST_PUBLIC_URL: 'https://console.example.net' }, []],
    [{ SEALPOST_HTTP: '0.0.0.0:8080' }, [/listens on 0\.0\.0\.0, .* can be read by anybody on the way/]],
    [{ SEALPOST_HTTP: '[::]:8080' }, [/listens on ::/]],
    [{ SEALPOST_HTTP: '10.0.0.1:80', SEALPOST_PUBLIC_URL: 'http://console.example.net' }, [/listens on 10\.0\.0\.1/]],
  ])('%j: what is told of passwords in clear text', (env, notices) => {
    const settings = readSettings(env)
    expect(settings.ok ? riskySettings(settings.value) : null).toEqual(notices.map((one) => expect.stringMatching(one)))
  })

  test('the folder of templates is known whatever else is wrong', () => {
    expect(templatesFolder({ SEALPOST_TEMPLATES: '/etc/x', LOG_LEVEL: 'loud' })).toBe('/etc/x')
  })

  const NOTIFY = {
    SEALPOST_NOTIFY_RELAY: 'smtp://mail.hoster.example:2500',
    SEALPOST_NOTIFY_FROM: 'sealpost@hoster.example',
    SEALPOST_ADMIN_MAIL: 'ops@hoster.example, boss@hoster.example,ops@hoster.example',
  }

  test('nothing is mailed to people unless a relay is given, with who writes and who reads', () => {
    expect(readSettings({})).toMatchObject({ ok: true, value: { notify: null } })
    const relay = { host: 'mail.hoster.example', port: 2500, tls: 'opportunistic', login: null }
    const admins = ['ops@hoster.example', 'boss@hoster.example']
    expect(readSettings(NOTIFY)).toMatchObject({
      ...{ ok: true, value: { notify: { relay, from: 'sealpost@hoster.example', admins } } },
    })
  })

  test.each(Object.keys(NOTIFY))('mails to people without %s are refused by its name', (name) => {
    const settings = readSettings({ ...NOTIFY, [name]: undefined })
    expect(settings.ok ? [] : settings.problems).toEqual([
      {
        pointer: name,
        detail: expect.stringMatching(/^is not set, and SEALPOST_\w+ and SEALPOST_\w+ is; set all three or none$/),
      },
    ])
  })

  test('the relay of mails to people comes from a file too, since it may hold a password', () => {
    const { SEALPOST_NOTIFY_RELAY: _, ...others } = NOTIFY
    const file = secretFile('smtps://gateway:p%40ss@mail.hoster.example\n')
    const settings = readSettings({ ...others, SEALPOST_NOTIFY_RELAY_FILE: file })
    expect(settings.ok ? settings.value.notify?.relay : settings.problems).toEqual({
      ...{ host: 'mail.hoster.example', port: 465, tls: 'implicit', login: { user: 'gateway', pass: 'p@ss' } },
    })
  })

  test.each([
    [{}, ['filed', 'tickets', 'alarms', 'digests']],
    [{ SEALPOST_NOTIFY_ADMIN: 'none' }, []],
    [{ SEALPOST_NOTIFY_ADMIN: 'digests, alarms,digests' }, ['alarms', 'digests']],
  ])('%j: administrators are mailed about %j', (env, notifyAdmin) => {
    expect(readSettings(env)).toMatchObject({ ok: true, value: { notifyAdmin } })
  })

  test.each([
    ['SEALPOST_NOTIFY_RELAY', 'mail.hoster.example:25', /give smtp:\/\/host:port/],
    ['SEALPOST_NOTIFY_FROM', 'Gateway <sealpost@hoster.example>', /give one plain address/],
    ['SEALPOST_ADMIN_MAIL', 'ops@hoster.example;boss', /give one plain address/],
    ['SEALPOST_ADMIN_MAIL', ' , ', /names no address/],
    ['SEALPOST_NOTIFY_ADMIN', 'filed,everything', /has "everything"; choose of filed/],
  ])('%s="%s" is refused', (name, value, detail) => {
    const settings = readSettings({ ...NOTIFY, [name]: value })
    expect(settings.ok ? [] : settings.problems).toEqual([{ pointer: name, detail: expect.stringMatching(detail) }])
  })
})

test.each([
  ['127.0.0.1:8080', { host: '127.0.0.1', port: 8080 }],
  ['[::1]:25', { host: '::1', port: 25 }],
  ['0.0.0.0:0', { host: '0.0.0.0', port: 0 }],
])('%s is an address and a port', (text, expected) => {
  expect(parseHostPort(text)).toEqual(expected)
})

test.each(['', '8080', '::1:25', 'host:', 'host:65536', 'a b:1'])('%j is no address and port', (text) => {
  expect(() => parseHostPort(text)).toThrow(/give an address and a port/)
})

test.each([
  [{}, []],
  [{ SEALPOST_SECOND_FACTOR: 'none' }, []],
  [{ SEALPOST_SECOND_FACTOR: 'admin, operator' }, ['operator', 'admin']],
])('%j: a second factor is needed by %j', (env, secondFactor) => {
  expect(readSettings(env)).toMatchObject({ ok: true, value: { secondFactor } })
})

test('a role that is none is named', () => {
  expect(readSettings({ SEALPOST_SECOND_FACTOR: 'admin,root' })).toMatchObject({
    ok: false,
    problems: [{ pointer: 'SEALPOST_SECOND_FACTOR', detail: expect.stringContaining('has "root"; choose of viewer') }],
  })
})

test.each([
  [{}, []],
  [{ SEALPOST_TWO_PERSONS: 'none' }, []],
  [{ SEALPOST_TWO_PERSONS: 'transfer-out, close' }, ['close', 'transfer-out']],
])('%j: two persons are needed by %j', (env, twoPersons) => {
  expect(readSettings(env)).toMatchObject({ ok: true, value: { twoPersons } })
})

test('what cannot need two persons is named', () => {
  expect(readSettings({ SEALPOST_TWO_PERSONS: 'close,renew' })).toMatchObject({
    ok: false,
    problems: [{ pointer: 'SEALPOST_TWO_PERSONS', detail: expect.stringContaining('has "renew"; choose of close, ') }],
  })
})
