import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { withSecretFiles } from '../src/secret-files.js'

const folder = mkdtempSync(path.join(tmpdir(), 'sealpost-secrets-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const file = path.join(folder, 'secret')
const missing = path.join(folder, 'missing')

describe('a name', () => {
  test.each([
    ['one\n', 'one'],
    ['one\r\n', 'one'],
    [' two words \n\n', ' two words \n'],
    ['', ''],
  ])('whose file holds %j is %j', (content, secret) => {
    writeFileSync(file, content)
    expect(withSecretFiles({ DENIC_PASS_FILE: file })['DENIC_PASS']).toBe(secret)
  })

  test('that is set itself is not looked for in a file, and an empty one is set', () => {
    const env = withSecretFiles({ A: 'a', A_FILE: missing, B: '', B_FILE: missing })
    expect([env['A'], env['B']]).toEqual(['a', ''])
  })

  test('with neither is not there', () => {
    expect(Object.hasOwn(withSecretFiles({ OTHER: 'x', _FILE: file }), 'DENIC_PASS')).toBe(false)
  })

  test('is read again each time, so that a new secret needs no new start', () => {
    const env = withSecretFiles({ DENIC_PASS_FILE: file })
    const read = ['first', 'second'].map((content) => {
      writeFileSync(file, content)
      return env['DENIC_PASS']
    })
    expect(read).toEqual(['first', 'second'])
  })

  test('whose file cannot be read says so when it is asked for, and not before', () => {
    const env = withSecretFiles({ DENIC_PASS_FILE: missing, OTHER: 'x' })
    expect({ ...env }).toEqual({ DENIC_PASS_FILE: missing, OTHER: 'x' })
    const words = { code: 'secret-unreadable', temporary: false, message: expect.stringContaining(missing) }
    expect(() => env['DENIC_PASS']).toThrow(expect.objectContaining(words))
  })
})
