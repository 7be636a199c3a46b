import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import * as path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { VARIABLES } from '../../src/config.js'
import { cleanUp, place, serving } from '../e2e/stage.js'
import { buildImage } from './build-image.js'
import { isIgnored, ROOT, readCopy, readDockerfile, readEnv, readWords } from './dockerfile.js'

const stages = readDockerfile()
const image = stages.at(-1) ?? { name: null, steps: [] }
const copies = stages.flatMap(({ steps }) => steps.filter(({ word }) => word === 'COPY').map(readCopy))
const wordOf = (word: string) => image.steps.find((step) => step.word === word)?.rest

afterEach(cleanUp)

describe('the image', () => {
  test('copies what is in the repository and what earlier stages have', () => {
    const own = copies.filter(({ from }) => from === null).flatMap(({ sources }) => sources)
    expect(own.length).toBeGreaterThan(10)
    expect(own.filter((source) => !existsSync(path.join(ROOT, source)))).toEqual([])
    expect(own.filter(isIgnored)).toEqual([])
    const named = stages.map(({ name }) => name)
    expect(copies.filter(({ from }) => from !== null && !named.includes(from))).toEqual([])
  })

  test.each(['keys/denic-main.asc', 'data/pglite/PG_VERSION', '.env', '.git/config', 'node_modules/x', 'denic.yaml'])(
    'never has %s',
    (file) => {
      expect(isIgnored(file)).toBe(true)
      expect(isIgnored('src/main.ts')).toBe(false)
    },
  )

  test('sets only what is a setting, and places that it makes', () => {
    const { NODE_ENV, ...settings } = readEnv(image)
    const known = VARIABLES.map(({ name }) => name)
    expect(NODE_ENV).toBe('production')
    expect(Object.keys(settings).length).toBeGreaterThan(4)
    expect(Object.keys(settings).filter((name) => !known.includes(name))).toEqual([])
    const made = image.steps.filter(({ word }) => word === 'RUN').map(({ rest }) => rest)
    for (const name of ['SEALPOST_DATA', 'SEALPOST_KEYS', 'SEALPOST_TEMPLATES'])
      expect(made.join(' ')).toMatch(new RegExp(`install -d .*${settings[name]}`))
    expect(wordOf('VOLUME')).toBe(settings['SEALPOST_DATA'])
    const ports = [settings['SEALPOST_HTTP'], settings['SEALPOST_SMTP']].map((at) => at?.split(':').pop())
    expect(wordOf('EXPOSE')?.split(' ')).toEqual(ports)
  })

  test('is nobody’s root, and is asked to end as the gateway expects', () => {
    expect(wordOf('USER')).toMatch(/^[1-9]\d+:[1-9]\d+$/)
    expect(wordOf('STOPSIGNAL')).toBe('SIGTERM')
  })

  test('keeps of the compilers of Prisma the one that the client asks for', () => {
    const named = ['-rhoE', 'client/runtime/query_compiler_[a-z_]+\\.[a-z]+', path.join(ROOT, 'dist/generated')]
    const asked = execFileSync('grep', named, { encoding: 'utf8' }).trim().split('\n')
    expect(new Set(asked)).toEqual(new Set(['client/runtime/query_compiler_fast_bg.postgresql']))
    const runs = stages.flatMap(({ steps }) => steps.filter(({ word }) => word === 'RUN').map(({ rest }) => rest))
    expect(runs.join('\n')).toContain("! -name '*_fast_bg.postgresql.*' -delete")
  })

  test('is healthy while its gateway is ready, and not without it', async () => {
    const gateway = await serving(await place())
    const at = new URL(gateway.http).host
    expect(await healthOf({ SEALPOST_HTTP: at })).toBe(0)
    await gateway.end('SIGTERM')
    expect(await healthOf({ SEALPOST_HTTP: at })).toBe(1)
  })
})

const healthOf = (env: Record<string, string>): Promise<number | null> => {
  const [node = '', ...args] = readWords(image, 'HEALTHCHECK')
  const child = spawn(node, args, { env: { PATH: process.env['PATH'], ...env }, stdio: 'inherit' })
  return new Promise((resolve) => child.once('close', resolve))
}

// It installs every package twice, which takes minutes; the engine that makes a real image does the same.
if (process.env['IMAGE'] === '1')
  test('comes out of the Dockerfile’s own steps, and serves as nobody in particular', async () => {
    const { root, remove } = buildImage()
    try {
      const led = (value: string) => value.replace(/^\/(?=app|etc|usr|var)/, `${root}/`)
      const [uid = 0, gid = 0] = (wordOf('USER') ?? '').split(':').map(Number)
      const http = `127.0.0.1:${await freePort()}`
      const env = {
        ...Object.fromEntries(Object.entries(readEnv(image)).map(([name, value]) => [name, led(value)])),
        ...{ SEALPOST_HTTP: http, SEALPOST_SMTP: '127.0.0.1:0' },
        PATH: `${root}/usr/local/bin:${process.env['PATH']}`,
      }
      mkdirSync(path.join(root, 'tmp'))
      const size = execFileSync('du', ['-sm', root], { encoding: 'utf8' }).split('\t')[0]
      console.log(`${size} MB above the base image: ${sizes(root)}`)
      const [command = '', ...args] = [...readWords(image, 'ENTRYPOINT'), ...readWords(image, 'CMD')]
      const child = spawn(command, args, { uid, gid, env, cwd: path.join(root, 'app'), stdio: 'inherit' })
      const ended = new Promise<number | null>((resolve, reject) => {
        child.once('error', reject)
        child.once('close', resolve)
      })
      try {
        await expect.poll(() => healthOf({ SEALPOST_HTTP: http }), { timeout: 120_000, interval: 500 }).toBe(0)
      } finally {
        child.kill('SIGTERM')
      }
      expect(await ended).toBe(0)
    } finally {
      remove()
    }
  })

const sizes = (root: string): string =>
  execFileSync('du', ['-sm', 'app/node_modules', 'app/dist'], { cwd: root, encoding: 'utf8' })
    .trim()
    .replaceAll('\n', ', ')

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
