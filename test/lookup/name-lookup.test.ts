import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createNameLookup } from '../../src/lookup/name-lookup.js'
import { temporaryFolder } from '../helpers/database.js'

let folder: string
let root: string
beforeAll(() => {
  folder = temporaryFolder()
  root = path.join(folder, 'scripts')
  mkdirSync(path.join(root, 'sub'), { recursive: true })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const script = (name: string, body: string, mode = 0o755): string => {
  const file = path.join(root, name)
  writeFileSync(file, `#!/bin/sh\n${body}\n`)
  chmodSync(file, mode)
  return `/${name}`
}

const verdict = async (body: string, options: { timeLimitMs?: number } = {}) => {
  const lookup = createNameLookup({ root, ...options })
  const { tookMs: _, ...rest } = await lookup.ask(script('one.sh', body), 'xn--bcher-kva.de')
  return rest
}

describe('F40: what a script says', () => {
  test.each([
    ['echo 0', 'available'],
    ['printf 0', 'available'],
    ["printf '0\\r\\n'", 'available'],
    ['echo 1', 'taken'],
    ['printf 1', 'taken'],
    ['echo 0 >&2; echo 1', 'taken'],
  ])('%s: %s', async (body, kind) => {
    expect(await verdict(body)).toEqual({ kind })
  })

  test.each([
    ['echo 0; exit 3', 'it ended with the exit code 3'],
    ['echo 1; exit 1', 'it ended with the exit code 1'],
    ['', 'it wrote "", which is neither 0 nor 1'],
    ['echo 0 >&2', 'it wrote "", which is neither 0 nor 1'],
    ['echo 2', 'it wrote "2", which is neither 0 nor 1'],
    ['echo 00', 'it wrote "00", which is neither 0 nor 1'],
    ["printf ' 0'", 'it wrote " 0", which is neither 0 nor 1'],
    ["printf '0\\n\\n'", 'it wrote "0\\n", which is neither 0 nor 1'],
    ["printf '0\\n1\\n'", 'it wrote "0\\n1", which is neither 0 nor 1'],
    ['echo available', 'it wrote "available", which is neither 0 nor 1'],
    ['echo 0; kill -9 $$', 'it was ended by SIGKILL'],
    ['while :; do echo 0000000000000000000000000000000; done', 'it wrote more than 1024 octets'],
  ])('%s: nothing that counts', async (body, reason) => {
    expect(await verdict(body)).toEqual({ kind: 'failed', reason })
  })

  test('one that does not end is ended, with its children', async () => {
    const mark = path.join(folder, 'late')
    const body = `(/bin/sleep 1; echo late > ${mark}) & echo 0; /bin/sleep 60`
    expect(await verdict(body, { timeLimitMs: 300 })).toEqual({ kind: 'failed', reason: 'it did not end within 0.3 s' })
    await sleep(1_200)
    expect(existsSync(mark)).toBe(false)
  })

  test('a child that it leaves behind does not hold it up', async () => {
    expect(await verdict('/bin/sleep 60 & echo 0')).toEqual({ kind: 'available' })
  })

  test('a file that no interpreter takes is no answer', async () => {
    const file = path.join(root, 'broken')
    writeFileSync(file, '#!/nowhere/sh\n')
    chmodSync(file, 0o755)
    expect(await createNameLookup({ root }).ask('/broken', 'a.de')).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('it cannot be run'),
    })
  })

  test('more than may run at once wait, and not for ever', async () => {
    const lookup = createNameLookup({ root, most: 1, timeLimitMs: 1_500 })
    const slow = script('slow.sh', '/bin/sleep 0.2; echo 0')
    const kinds = (await Promise.all([lookup.ask(slow, 'a.de'), lookup.ask(slow, 'b.de')])).map(({ kind }) => kind)
    expect(kinds).toEqual(['available', 'available'])
    const endless = script('endless.sh', '/bin/sleep 60')
    const reasons = (await Promise.all([lookup.ask(endless, 'a.de'), lookup.ask(endless, 'b.de')])).map((one) =>
      one.kind === 'failed' ? one.reason : one.kind,
    )
    expect(reasons.every((reason) => /did not end|others were still running/.test(reason))).toBe(true)
    expect((await lookup.ask(slow, 'c.de')).kind).toBe('available')
  })
})

test('F40: the name is its only argument; it has no environment, nothing to read, and no shell before it', async () => {
  const note = path.join(folder, 'note')
  const file = path.join(root, 'note')
  const body = `printf '%s\\n' "$#" "$1" "$PWD" > ${note}; cat /proc/$$/environ >> ${note}; cat >> ${note}; echo 0`
  writeFileSync(file, `#!/bin/sh\n${body}\n`)
  chmodSync(file, 0o755)
  process.env['SECRET_OF_THE_GATEWAY'] = 'x'
  try {
    expect((await createNameLookup({ root }).ask('/note', '$(touch x);a.de')).kind).toBe('available')
  } finally {
    delete process.env['SECRET_OF_THE_GATEWAY']
  }
  expect(readFileSync(note, 'utf8')).toBe('1\n$(touch x);a.de\n/\n')
})

describe('F41: the path of a script', () => {
  const problemOf = (at: string, from: string | null = root) => createNameLookup({ root: from }).problemOf(at)

  test('is taken from the root, also through links within it', async () => {
    script('check.sh', 'echo 0')
    script('sub/deep.sh', 'echo 0')
    symlinkSync(path.join(root, 'sub/deep.sh'), path.join(root, 'inside'))
    for (const at of ['/check.sh', '/sub/deep.sh', '//check.sh', '/./check.sh', '/inside'])
      expect([at, await problemOf(at)]).toEqual([at, null])
  })

  test('may be below a root that is a link itself', async () => {
    script('check.sh', 'echo 0')
    symlinkSync(root, path.join(folder, 'link'))
    expect(await problemOf('/check.sh', path.join(folder, 'link'))).toBeNull()
  })

  test.each([
    ['check.sh', /must begin with a slash/],
    ['/../outside.sh', /leads out/],
    ['/sub/../../outside.sh', /leads out/],
    ['/sub/../check.sh', /leads out/],
    ['/linked.sh', /is a link that leads out/],
    ['/linked/outside.sh', /is a link that leads out/],
    ['/missing.sh', /is no file in SEALPOST_SCRIPTS/],
    ['/sub', /may execute/],
    ['/', /leads out/],
    ['/plain.sh', /may execute/],
    ['/check.sh\0.txt', /leads out/],
  ])('%j is refused', async (at, problem) => {
    script('check.sh', 'echo 0')
    script('plain.sh', 'echo 0', 0o644)
    const outside = path.join(folder, 'outside.sh')
    writeFileSync(outside, '#!/bin/sh\necho 0\n')
    chmodSync(outside, 0o755)
    for (const [name, target] of [
      ['linked.sh', outside],
      ['linked', folder],
    ] as const)
      if (!existsSync(path.join(root, name))) symlinkSync(target, path.join(root, name))
    expect(await problemOf(at)).toMatch(problem)
    expect(await createNameLookup({ root }).ask(at, 'a.de')).toMatchObject({ kind: 'failed' })
  })

  test('is refused where no root is set, or the root is no folder', async () => {
    expect(await problemOf('/check.sh', null)).toMatch(/needs SEALPOST_SCRIPTS/)
    expect(await problemOf('/check.sh', path.join(folder, 'nowhere'))).toMatch(/is no folder/)
  })
})
