import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { parseHostPort, readSettings, setBy, templatesFolder, unreadSettings, VARIABLES } from '../src/config.js'

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
      ...{ DATABASE_URL: 'mysql://x', SEALPOST_HTTP: 'here', SEALPOST_SMTP: '1.2.3.4:99999' },
      ...{ SEALPOST_SMTP_TLS_CERT: 'cert.pem', SEALPOST_SMTP_PER_ADDRESS: '0', SEALPOST_PUBLIC_URL: 'ftp://x' },
      ...{ SEALPOST_TIMEZONE: 'Moon', SEALPOST_TOKEN: 'short', LOG_LEVEL: 'loud' },
    })
    expect(settings.ok ? [] : settings.problems.map(({ pointer }) => pointer).sort()).toEqual([
      ...['DATABASE_URL', 'LOG_LEVEL', 'SEALPOST_HTTP', 'SEALPOST_PUBLIC_URL', 'SEALPOST_SMTP'],
      ...['SEALPOST_SMTP_PER_ADDRESS', 'SEALPOST_SMTP_TLS_CERT', 'SEALPOST_TIMEZONE', 'SEALPOST_TOKEN'],
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

  test('the folder of templates is known whatever else is wrong', () => {
    expect(templatesFolder({ SEALPOST_TEMPLATES: '/etc/x', LOG_LEVEL: 'loud' })).toBe('/etc/x')
  })

  test.each([
    ...['REDIS_URL', 'SEALPOST_NOTIFY_RELAY', 'SEALPOST_NOTIFY_FROM', 'SEALPOST_ADMIN_MAIL'],
    ...['SEALPOST_RETENTION', 'SEALPOST_SCRIPTS', 'SEALPOST_WEBHOOK_PRIVATE'],
  ])('%s is told to have no effect yet', (name) => {
    expect(unreadSettings({ [name]: 'x' })).toEqual([expect.stringContaining(name)])
    expect(unreadSettings({})).toEqual([])
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
