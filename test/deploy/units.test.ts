import { readFileSync } from 'node:fs'
import * as path from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { EXIT } from '../../src/cli/output.js'
import { readSettings, VARIABLES } from '../../src/config.js'
import { parseConnection } from '../../src/connection-file/parse.js'
import { loadProfiles } from '../../src/profiles/load.js'
import { ROOT } from './dockerfile.js'

const linesOf = (file: string): string[] =>
  readFileSync(path.join(ROOT, 'deploy', file), 'utf8')
    .split('\n')
    .filter((line) => line.includes('=') && !line.startsWith('#'))

/** What a unit says under a name, with the words of lines that say it again behind. */
const unitOf = (file: string) => {
  const lines = linesOf(file).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])
  return (name: string): string[] => lines.flatMap(([key, value = '']) => (key === name ? value.split(' ') : []))
}

describe.each(['sealpost.service', 'sealpost@.service'])('%s', (file) => {
  const unit = unitOf(file)
  const env = Object.fromEntries(unit('Environment').map((pair) => pair.split('=')))

  test('sets only what is a setting, and is right', () => {
    const { NODE_ENV, ...settings } = env
    const known = VARIABLES.map(({ name }) => name)
    expect(NODE_ENV).toBe('production')
    expect(Object.keys(settings).filter((name) => !known.includes(name))).toEqual([])
    expect(readSettings(settings)).toMatchObject({ ok: true, value: { dataDir: `/var/lib/${unit('StateDirectory')}` } })
    expect(unit('StateDirectoryMode')).toEqual(['0700'])
  })

  test('starts again what a new start may mend, and gives it time to end', () => {
    expect(unit('ExecStart').slice(0, 2)).toEqual(['/usr/local/bin/sealpost', 'serve'])
    expect([unit('Restart'), unit('RestartPreventExitStatus')]).toEqual([['on-failure'], [String(EXIT.usage)]])
    expect(unit('StartLimitIntervalSec')).toEqual(['0'])
    expect(Number(unit('TimeoutStopSec'))).toBeGreaterThan(10)
  })

  test('sees the processes that may have the lock of the embedded database', () => {
    expect([...unit('ProtectProc'), ...unit('ProcSubset'), ...unit('PrivatePIDs')]).toEqual([])
  })
})

test('the unit of a role is that of the gateway but for the role', () => {
  const whole = linesOf('sealpost.service')
  const role = linesOf('sealpost@.service')
  expect(role.filter((line) => !whole.includes(line))).toEqual([
    'Description=Sealpost, the role %i',
    'Conflicts=sealpost.service',
    'ExecStart=/usr/local/bin/sealpost serve --role %i',
    'EnvironmentFile=-/etc/sealpost/sealpost-%i.env',
  ])
  expect(whole.filter((line) => !role.includes(line))).toEqual([
    'Description=Sealpost, the gateway between billing systems and domain registries',
    'ExecStart=/usr/local/bin/sealpost serve',
  ])
})

describe('sealpost.env.example', () => {
  const text = readFileSync(path.join(ROOT, 'deploy/sealpost.env.example'), 'utf8')

  test('has every setting, no other, and what each is for', () => {
    const [own = '', settings = ''] = text.split('# generated: settings')
    const wanted = VARIABLES.flatMap(({ name, secret }) => (secret ? [name, `${name}_FILE`] : [name]))
    expect([...settings.matchAll(/^#([A-Z_]+)=$/gm)].map(([, name]) => name)).toEqual(wanted)
    for (const { name, meaning, fallback } of VARIABLES)
      expect(settings).toContain(`# ${meaning}\n# default: ${fallback}\n#${name}=\n`)
    expect([...own.matchAll(/^#([A-Z_]+)=/gm)].map(([, name]) => name)).toEqual([
      'DENIC_PASS_FILE',
      'RELAY_PASSWORD_FILE',
    ])
  })

  test('sets nothing as it is', () => {
    expect(linesOf('sealpost.env.example')).toEqual([])
  })
})

test('connection.example.yaml is a connection that is right', async () => {
  const file: unknown = parse(readFileSync(path.join(ROOT, 'deploy/connection.example.yaml'), 'utf8'))
  const parsed = parseConnection(file, 'mail')
  expect(parsed.ok ? [] : parsed.problems).toEqual([])
  const { parts } = parsed
  const profile = (await loadProfiles()).get(parts.profile ?? '')
  expect(profile?.account.safeParse(parts.account)).toMatchObject({ success: true })
})
