import { existsSync, readFileSync } from 'node:fs'
import * as path from 'node:path'
import { describe, expect, test } from 'vitest'
import { VARIABLES } from '../../src/config.js'
import { ROOT } from './dockerfile.js'

describe.each(['docs/deployment.md', 'docs/mail-server.md'])('%s', (page) => {
  const text = readFileSync(path.join(ROOT, page), 'utf8')

  test('names settings that there are', () => {
    const known = VARIABLES.flatMap(({ name, secret }) => (secret ? [name, `${name}_FILE`] : [name]))
    const named = [...text.matchAll(/\b(?:SEALPOST|DATABASE|REDIS|LOG)_[A-Z_]+\b/g)].map(([name]) => name)
    expect(named.length).toBeGreaterThan(5)
    expect(named.filter((name) => !known.includes(name))).toEqual([])
  })

  test('leads to files that are there', () => {
    const links = [...text.matchAll(/\]\(([^)#]+)/g)].map(([, link = '']) => path.join(path.dirname(page), link))
    const named = [...text.matchAll(/\b(?:deploy|prisma)\/[\w@./-]+\w/g)].map(([file]) => file)
    expect(links.length).toBeGreaterThan(1)
    expect([...links, ...named].filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([])
  })
})
