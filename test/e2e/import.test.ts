import { writeFileSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { aConnectionFile } from '../helpers/gateway.js'
import { type Place, run, write } from './program.js'
import { cleanUp, place, serving } from './stage.js'

afterEach(cleanUp)

const SETTINGS = { connection: aConnectionFile(), prices: { de: { register: '9.90 EUR' } } }

const take = (where: Place, file: string, ...more: string[]) => run(where, ['import', '--file', file, ...more])

test('F54: import takes settings and prices, then domains, with a dry run before, and changes nothing the second time', async () => {
  const where = await place()
  const conf = write(where, 'old.json', SETTINGS)
  const dry = await take(where, conf, '--dry-run')
  expect(dry).toMatchObject({ code: 0, stderr: '' })
  expect(dry.stdout).toBe(
    [
      'settings (JSON)',
      'RESULT  LINE  WHAT                           DETAIL',
      'added         connection DENIC main account  in mode live',
      'added         price.de.register              9.90 EUR',
      '2 added',
      'Nothing was written: this was a dry run.\n',
    ].join('\n'),
  )
  expect(JSON.parse((await run(where, ['connection', 'list', '--json'])).stdout)).toEqual([])
  expect(await take(where, conf)).toMatchObject({ code: 0, stdout: expect.stringMatching(/\n2 added\n$/) })
  const shown = JSON.parse((await run(where, ['tld', 'show', 'de', '--json'])).stdout) as { actions: object[] }
  expect(shown.actions[0]).toMatchObject({ name: 'register', price: { amount: '9.90', currency: 'EUR' } })

  await serving(where)
  expect(await take(where, conf)).toMatchObject({ code: 0, stdout: expect.stringMatching(/\n2 unchanged\n$/) })
  const csv = write(where, 'old.csv', 'domain;account;expiresAt\nbücher.de;cust-7;2099-06-30\n')
  for (const result of ['added', 'unchanged']) {
    const report = await take(where, csv, '--json')
    expect(report).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(report.stdout)).toEqual({
      ...{ kind: 'domains', form: 'CSV', dryRun: false, written: true },
      items: [{ result, line: 2, subject: 'bücher.de', detail: null }],
    })
  }
  expect(JSON.parse((await run(where, ['domain', 'show', 'bücher.de', '--json'])).stdout)).toMatchObject({
    ...{ status: 'Registered', expiresAt: '2099-06-30T00:00:00.000Z' },
    timeline: [{ event: 'domain.imported', actor: 'cli' }],
  })
  const other = write(where, 'other.csv', 'domain;account\nbücher.de;cust-8\n')
  expect(await take(where, other)).toMatchObject({ code: 0, stdout: expect.stringMatching(/\n1 left\n$/) })
  expect(await take(where, other, '--update')).toMatchObject({
    ...{ code: 0, stdout: expect.stringMatching(/account cust-8 \(was cust-7\)\n1 changed\n$/) },
  })
})

test('price lists, sets and removes what orders cost, and says how to write it', async () => {
  const where = await place()
  const set = (...words: string[]) => run(where, ['price', 'set', ...words])
  expect(await set('de', 'register', '9.90', 'EUR')).toMatchObject({
    ...{ code: 0, stderr: '', stdout: 'register under .de costs 9.90 EUR from now on\n' },
  })
  expect((await set('de', 'register', '12 EUR')).stdout).toContain('costs 12 EUR from now on (was 9.90 EUR)')
  expect((await run(where, ['price', 'list', '--tld', 'de'])).stdout).toMatch(
    /^TLD +ACTION +PRICE\nde +register +12 EUR\n$/,
  )
  expect((await set('de', 'register', 'none')).stdout).toBe('register under .de has no price any more (was 12 EUR)\n')
  expect(await set('de', 'register', '9,90')).toMatchObject({ code: 2, stderr: expect.stringContaining('9.90 EUR') })
  expect(await set('de', 'sell', '1 EUR')).toMatchObject({ code: 2, stderr: expect.stringContaining('there are') })
})

test('import writes nothing of a file with a mistake, and ends with 1', async () => {
  const where = await place()
  const refused = await take(where, write(where, 'old.conf', 'price.de.register = 1 EUR\nrelay.password = hunter2\n'))
  expect(refused.code).toBe(1)
  expect(refused.stdout).toMatch(/refused +2 +relay\.password +looks like a password/)
  expect(refused.stdout).toMatch(/\nNothing was written: mend what is refused, and import the file again\.\n$/)
  expect(refused.stdout).not.toContain('hunter2')
  expect(await take(where, '/nowhere.csv')).toMatchObject({ code: 1, stderr: expect.stringMatching(/cannot be read/) })
  const latin = write(where, 'latin.csv', '')
  writeFileSync(latin, Buffer.from('domain,account\nb\xfccher.de,c\n', 'latin1'))
  expect(await take(where, latin)).toMatchObject({ code: 1, stderr: expect.stringContaining('save it as UTF-8') })
  expect(await run(where, ['import'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--file') })
})
