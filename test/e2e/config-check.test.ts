import { existsSync, mkdirSync } from 'node:fs'
import * as path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { aConnectionFile } from '../helpers/gateway.js'
import { newKey, putKey } from '../helpers/keys.js'
import { type Place, run, write } from './program.js'
import { cleanUp, place, serving } from './stage.js'

afterEach(cleanUp)

const WEAK = 'warning: the connection "DENIC main account" believes weak signatures (trust.weak: sha1, dsa)'
const ENDING =
  /^warning: the key soon\.asc \([0-9A-F]{40}\) of the connection "DENIC main account", .* expires in 5 days, /m
const CHECKS = 'notice: the connection "DENIC main account" keeps what SPF, DKIM and DMARC say'

/** Adds a connection that believes weak signatures and whose key ends in five days. */
const addWeak = async (where: Place) => {
  const key = await newKey({ at: new Date(), seconds: 5 * 86_400 })
  putKey(path.join(where.folder, 'keys'), 'soon.asc', key, 'private')
  const change = {
    signing: { scheme: 'openpgp-clear', key: 'soon.asc' },
    trust: { keys: ['registry.asc'], weak: ['sha1', 'dsa'], senderChecks: 'record' },
  }
  return run(where, ['connection', 'add', '--file', write(where, 'weak.yaml', aConnectionFile(change))])
}

describe('config check', () => {
  test('names weak trust and keys that end, and so does what adds the connection', async () => {
    const where = await place()
    const added = await addWeak(where)
    expect(added).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining(`\n${WEAK}`) })
    const { code, stdout, stderr } = await run(where, ['config', 'check'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const words of [WEAK, CHECKS, '\nnothing is wrong with the settings\n']) expect(stdout).toContain(words)
    expect(stdout).toMatch(ENDING)
  })

  test('asks the gateway that runs, and so does the list of connections', async () => {
    const where = await place()
    await serving(where)
    await addWeak(where)
    const { code, stdout, stderr } = await run(where, ['config', 'check', '--json'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const { warnings, notices } = JSON.parse(stdout) as { warnings: string[]; notices: string[] }
    expect(warnings).toEqual([expect.stringContaining('(trust.weak: sha1, dsa)'), expect.stringContaining('soon.asc')])
    expect(notices).toEqual([expect.stringContaining('trust.senderChecks: record')])
    expect((await run(where, ['connection', 'list'])).stdout).toContain(`\n${WEAK}`)
  })

  test('makes no database where there is none, and says that it did not look', async () => {
    const where = await place({}, { embedded: true })
    const data = path.join(where.folder, 'elsewhere')
    where.env['SEALPOST_DATA'] = data
    const { code, stdout } = await run(where, ['config', 'check'])
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringContaining(
        `notice: the connections were not looked at: there is no database in ${data} yet\n`,
      ),
    })
    expect(existsSync(data)).toBe(false)
  })

  test('does not call the settings wrong because the database is away', async () => {
    const where = await place({ DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' })
    const { code, stdout, stderr } = await run(where, ['config', 'check'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^notice: the connections were not looked at: the database does not answer/m)
  })

  test('names a folder of keys that is not there', async () => {
    const where = await place()
    where.env['SEALPOST_KEYS'] = path.join(where.folder, 'no-keys')
    expect(await run(where, ['config', 'check'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^notice: the keys folder \S+no-keys is not there: [^\n]*\nnothing is wrong\n$/m),
    })
  })

  test('with a template that is wrong it does not look at connections, and says so', async () => {
    const where = await place()
    mkdirSync(path.join(where.folder, 'templates/denic'), { recursive: true })
    write(where, 'templates/denic/register.liquid', 'Subject: x\n\n{{ shoe_size }}\n')
    const { code, stdout, stderr } = await run(where, ['config', 'check'])
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('shoe_size') })
    expect(stdout).toContain('notice: the connections were not looked at: mend what is wrong first\n')
  })
})
