import { readFileSync } from 'node:fs'
import * as path from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { readSettings, VARIABLES } from '../../src/config.js'
import { parseDuration } from '../../src/core/duration.js'
import { DUTIES, ROLES } from '../../src/serve/roles.js'
import { isIgnored, ROOT, readDockerfile, readEnv } from './dockerfile.js'

const service = z.object({
  build: z.string().optional(),
  command: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  secrets: z.array(z.string()).default([]),
  networks: z.array(z.string()),
  environment: z.record(z.string(), z.string()).default({}),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  restart: z.string(),
  stop_grace_period: z.string().optional(),
})
type Service = z.output<typeof service>

const compose = z
  .object({
    services: z.record(z.string(), service),
    secrets: z.record(z.string(), z.object({ file: z.string() })),
    volumes: z.record(z.string(), z.null()),
    networks: z.record(z.string(), z.object({ internal: z.boolean() })),
  })
  .parse(parse(readFileSync(path.join(ROOT, 'compose.yaml'), 'utf8'), { merge: true }))

const all = Object.entries(compose.services)
const gateways = all.filter(([, { build }]) => build !== undefined)
const serviceNamed = (name: string): Service => {
  const found = compose.services[name]
  if (found === undefined) throw new Error(`compose.yaml has no service ${name}`)
  return found
}

describe.each(gateways)('%s', (name, { command, environment, depends_on, stop_grace_period, volumes }) => {
  test('has the role of its name', () => {
    expect(ROLES).toContain(name)
    expect(command).toEqual(['serve', '--role', name])
  })

  test('is told settings that there are, which are right', () => {
    const names = VARIABLES.flatMap((known) => (known.secret ? [known.name, `${known.name}_FILE`] : [known.name]))
    expect(Object.keys(environment).filter((one) => !names.includes(one))).toEqual([])
    const plain = Object.entries(environment).filter(([one]) => !one.endsWith('_FILE'))
    expect(readSettings({ ...readEnv(readDockerfile().at(-1) ?? NONE), ...Object.fromEntries(plain) })).toMatchObject({
      ok: true,
    })
    expect([environment['DATABASE_URL_FILE'], environment['REDIS_URL']]).not.toContain(undefined)
  })

  test('waits until what it needs is healthy, and has time to end', () => {
    expect(Object.keys(depends_on).sort()).toEqual(['postgres', 'redis'])
    for (const [needed, { condition }] of Object.entries(depends_on)) {
      expect(condition).toBe('service_healthy')
      expect(serviceNamed(needed).healthcheck).toBeDefined()
      expect(serviceNamed(needed).networks).toContain('backend')
    }
    expect(parseDuration(stop_grace_period ?? '')).toBeGreaterThan(10_000)
    const data = readEnv(readDockerfile().at(-1) ?? NONE)['SEALPOST_DATA']
    expect(volumes).toContain(`data:${data}`)
  })
})

const NONE = { name: null, steps: [] }

describe('the services', () => {
  test('have every duty among them, once', () => {
    expect(gateways.map(([name]) => name).sort()).toEqual([...DUTIES].sort())
  })

  test('read their secrets from files that they are given, and that no image or repository has', () => {
    const files = all.flatMap(([, { environment, secrets }]) =>
      Object.entries(environment).flatMap(([name, at]) => (name.endsWith('_FILE') ? [{ at, secrets }] : [])),
    )
    expect(files.length).toBeGreaterThan(4)
    for (const { at, secrets } of files) expect(secrets.map((secret) => `/run/secrets/${secret}`)).toContain(at)
    const named = [...new Set(all.flatMap(([, { secrets }]) => secrets))].sort()
    expect(Object.keys(compose.secrets).sort()).toEqual(named)
    const ignored = readFileSync(path.join(ROOT, '.gitignore'), 'utf8').split('\n')
    for (const { file } of Object.values(compose.secrets)) {
      expect(ignored).toContain(`${path.basename(path.dirname(file))}/`)
      expect(isIgnored(path.normalize(file))).toBe(true)
    }
  })

  test('are reached from outside by mail alone; HTTP is for the proxy on this machine', () => {
    const open = all.flatMap(([name, { ports }]) => ports.map((port) => `${name} ${port}`))
    expect(open.sort()).toEqual(['http 127.0.0.1:8080:8080', 'smtp 25:2525'])
    expect(compose.networks['backend']).toEqual({ internal: true })
    for (const name of ['postgres', 'redis']) expect(serviceNamed(name).networks).toEqual(['backend'])
  })

  test('come back by themselves; the database is kept and the bell is not', () => {
    expect(all.filter(([, { restart }]) => restart !== 'unless-stopped')).toEqual([])
    const kept = all.flatMap(([, { volumes }]) => volumes.map((at) => at.split(':')[0] ?? ''))
    expect(kept.filter((name) => !name.startsWith('./') && !(name in compose.volumes))).toEqual([])
    expect(serviceNamed('postgres').volumes).toEqual(['postgres:/var/lib/postgresql/data'])
    expect(serviceNamed('redis').volumes).toEqual([])
    expect(serviceNamed('redis').command.join(' ')).toMatch(/^redis-server --save {2}--appendonly no /)
  })
})
