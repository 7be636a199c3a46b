import { readdirSync, readFileSync, statSync } from 'node:fs'
import * as path from 'node:path'
import { describe, expect, test } from 'vitest'

const SRC = path.resolve(import.meta.dirname, '../src')

/** Which folders and packages each folder may import; `ARCHITECTURE.md` says why. Types count like values. */
const MAY_IMPORT: Record<string, { folders: string[]; packages: string[] }> = {
  core: { folders: ['core'], packages: ['node:crypto', 'node:net', 'croner', 'tr46', 'tldts'] },
  mail: { folders: ['core', 'mail'], packages: ['node:crypto', 'nodemailer'] },
  signing: {
    folders: ['core', 'mail', 'signing'],
    packages: ['node:crypto', 'node:fs', 'node:path', 'openpgp', 'node-forge'],
  },
  reading: {
    folders: ['core', 'mail', 'signing', 'profiles', 'reading'],
    // mailparser decodes mails for people to look at, in a thread of its own; nothing is decided by it.
    packages: ['node:*', 'piscina', 'mailauth', 'mailparser'],
  },
  profiles: {
    folders: ['core', 'mail', 'profiles', 'signing/scheme'],
    packages: ['node:crypto', 'node:fs', 'node:path', 'node:url', 'fast-xml-parser', 'liquidjs', 'zod'],
  },
  // A bundle is a zip; nothing else here is packed.
  evidence: { folders: ['core', 'mail', 'signing', 'evidence'], packages: ['node:crypto', 'fflate'] },
  // Templates of mails have the engine of the templates of requests, which is the profiles'.
  notices: { folders: ['core', 'profiles', 'notices'], packages: [] },
  flows: {
    folders: [
      'core',
      'mail',
      'signing',
      'profiles',
      'notices',
      'reading',
      'evidence',
      'flows',
      'ports',
      'connection-file',
      'import-file',
      'order-form',
    ],
    packages: ['node:crypto', 'node:timers', 'node:util'],
  },
  store: {
    folders: ['core', 'ports', 'store', 'generated'],
    packages: [
      'node:*',
      '@electric-sql/pglite',
      '@prisma/adapter-pg',
      '@prisma/client',
      'pg',
      'sql-template-tag',
      'uuid',
    ],
  },
  oidc: { folders: ['core', 'ports', 'oidc'], packages: ['openid-client'] },
  dns: { folders: ['core', 'ports', 'dns'], packages: ['node:*', 'dns-packet'] },
  queue: { folders: ['core', 'ports', 'queue'], packages: ['node:*', 'bull', 'ioredis'] },
  smtp: { folders: ['core', 'ports', 'smtp'], packages: ['node:*', 'smtp-server', 'nodemailer'] },
  webhook: { folders: ['core', 'ports', 'webhook'], packages: ['node:*'] },
  lookup: { folders: ['core', 'ports', 'lookup'], packages: ['node:*'] },
  https: { folders: ['core', 'ports', 'https'], packages: ['node:*'] },
  http: {
    folders: ['core', 'ports', 'flows', 'http', 'profiles/profile'],
    packages: [
      'node:*',
      'hono',
      '@hono/node-server',
      '@hono/zod-openapi',
      '@node-rs/argon2',
      'prom-client',
      'uqr',
      'yaml',
      'zod',
      'uuid',
    ],
  },
  cli: {
    folders: [
      'core',
      'ports',
      'flows',
      'cli',
      'app',
      'serve',
      'config',
      'secret-files',
      'logger',
      'demo',
      'simulator',
      'profiles',
      'notices',
      'store',
      'order-table',
      'order-form',
    ],
    packages: ['node:*', 'commander', 'yaml', 'zod'],
  },
  simulator: {
    folders: ['core', 'simulator'],
    packages: ['node:*', 'smtp-server', 'nodemailer', 'mailparser', 'openpgp', 'node-forge'],
  },
  'connection-file': { folders: ['core', 'connection-file'], packages: ['zod'] },
  table: { folders: ['core', 'table'], packages: ['csv-parse'] },
  'order-table': { folders: ['core', 'table', 'order-table'], packages: [] },
  'order-form': { folders: ['core', 'order-form'], packages: [] },
  forms: { folders: ['core', 'ports', 'forms'], packages: ['node:*', 'yaml', 'zod'] },
  'import-file': { folders: ['core', 'table', 'import-file'], packages: ['zod'] },
  'agreement-files': { folders: ['core', 'ports'], packages: ['node:fs', 'node:path'] },
  'simulated-registries': { folders: ['core', 'ports', 'simulator'], packages: ['node:http', 'zod'] },
  config: { folders: ['core'], packages: ['node:*'] },
  'secret-files': { folders: ['core', 'config'], packages: ['node:fs'] },
  ports: { folders: ['core', 'ports'], packages: [] },
  logger: { folders: ['config', 'ports'], packages: ['pino'] },
}

/** May import anything: they put the parts together. */
const ROOTS = new Set(['app', 'serve', 'main', 'demo'])

type Import = { from: string; to: string; line: string }

const files = (dir: string): string[] =>
  readdirSync(dir).flatMap((name) => {
    const at = path.join(dir, name)
    if (statSync(at).isDirectory()) return name === 'generated' ? [] : files(at)
    return /\.tsx?$/.test(name) ? [at] : []
  })

const IMPORT = /^(?:import|export)\s(?:[^';]*?\sfrom\s)?'([^']+)'/gm

const sources = files(SRC).map((file) => ({ file: path.relative(SRC, file), text: readFileSync(file, 'utf8') }))

const imports: Import[] = sources.flatMap(({ file, text }) =>
  [...text.matchAll(IMPORT)].map(([line, specifier = '']) => {
    const to = specifier.startsWith('.')
      ? path.join(path.dirname(file), specifier).replace(/\.jsx?$/, '')
      : `package:${specifier}`
    return { from: file.replace(/\.tsx?$/, ''), to, line }
  }),
)

const roomOf = (file: string): string => file.split(path.sep)[0]?.replace(/\.tsx?$/, '') ?? ''
const packageOf = (specifier: string): string =>
  specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : (specifier.split('/')[0] ?? '')

const allowed = ({ from, to }: Import): boolean => {
  const room = roomOf(from)
  if (ROOTS.has(room)) return true
  const rule = MAY_IMPORT[room]
  if (rule === undefined) return false
  if (!to.startsWith('package:')) return rule.folders.some((folder) => to === folder || to.startsWith(`${folder}/`))
  const name = packageOf(to.slice('package:'.length))
  return rule.packages.includes(name) || (name.startsWith('node:') && rule.packages.includes('node:*'))
}

describe('the rooms of the house', () => {
  test('sources and imports are found at all', () => {
    expect(sources.length).toBeGreaterThan(50)
    expect(imports.length).toBeGreaterThan(200)
  })

  test('every import is one that its folder may make', () => {
    expect(imports.filter((one) => !allowed(one)).map(({ from, to }) => `${from} -> ${to}`)).toEqual([])
  })

  test('no profile imports another profile', () => {
    const crossing = imports.filter(({ from, to }) => {
      const [, mine] = /^profiles\/([^/]+)\//.exec(from) ?? []
      const [, theirs] = /^profiles\/([^/]+)\//.exec(to) ?? []
      return mine !== undefined && theirs !== undefined && mine !== theirs
    })
    expect(crossing).toEqual([])
  })

  test('nothing outside a profile imports from inside it', () => {
    const reaching = imports.filter(
      ({ from, to }) => /^profiles\/[^/]+\//.test(to) && !from.startsWith(path.dirname(to)),
    )
    expect(reaching.map(({ from, to }) => `${from} -> ${to}`)).toEqual([])
  })

  test('only the loader of profiles touches the file system', () => {
    const touching = imports.filter(({ from, to }) => from.startsWith('profiles/') && to.startsWith('package:node:fs'))
    expect(new Set(touching.map(({ from }) => from))).toEqual(new Set(['profiles/load']))
  })

  test('no profile is named outside its own folders', () => {
    const ids = readdirSync(path.join(SRC, 'profiles'), { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [entry.name] : [],
    )
    expect(ids.length).toBeGreaterThan(0)
    const naming = sources.flatMap(({ file, text }) =>
      ids
        .filter((id) => !file.startsWith(path.join('profiles', id)) && !file.startsWith(path.join('simulator', id)))
        .filter((id) => new RegExp(`\\b${id}\\b`, 'i').test(codeOf(text)))
        .map((id) => `${file} names ${id}`),
    )
    expect(naming).toEqual([])
  })

  test('signed content is made in one file', () => {
    const making = sources.filter(({ text }) => /as (Signed|Authenticated)Content|\[signed\]/.test(text))
    expect(making.map(({ file }) => file).sort()).toEqual(['signing/authenticate.ts', 'signing/scheme.ts'])
  })

  test('no file waits for itself: there are no import cycles', () => {
    expect(cycles()).toEqual([])
  })
})

/** Code without its comments: a comment may give an example. */
const codeOf = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '')

const cycles = (): string[] => {
  const edges = new Map<string, string[]>()
  for (const { from, to, line } of imports)
    if (!to.startsWith('package:') && !line.includes('generated')) edges.set(from, [...(edges.get(from) ?? []), to])
  const typeOnly = new Set(
    sources.flatMap(({ file, text }) =>
      [...text.matchAll(/import type [^']*'(\.[^']+)'/g)].map(
        ([, specifier = '']) =>
          `${file.replace(/\.tsx?$/, '')} ${path.join(path.dirname(file), specifier).replace(/\.jsx?$/, '')}`,
      ),
    ),
  )
  const found: string[] = []
  const done = new Set<string>()
  const visit = (file: string, trail: string[]): void => {
    if (trail.includes(file)) {
      found.push([...trail.slice(trail.indexOf(file)), file].join(' -> '))
      return
    }
    if (done.has(file)) return
    for (const next of edges.get(file) ?? []) if (!typeOnly.has(`${file} ${next}`)) visit(next, [...trail, file])
    done.add(file)
  }
  for (const file of edges.keys()) visit(file, [])
  return found
}
