import { Client } from 'pg'
import { describe, expect, test } from 'vitest'
import { translate } from '../../src/store/errors.js'
import { openStore } from '../../src/store/open.js'
import { newServerDatabase, silentLog } from '../helpers/database.js'
import { needs, POSTGRES_URL } from '../helpers/needs.js'
import { aMail } from './samples.js'

const AWAY = { name: 'Fault', code: 'store-unavailable', temporary: true }

/** One SQLSTATE as node-postgres throws it, as Prisma's adapter does, and as Prisma does around that. */
const shapesOf = (code: string): [string, Error][] => {
  const cause = { kind: 'postgres', code, originalCode: code, severity: 'FATAL', message: 'no' }
  return [
    ['node-postgres', Object.assign(new Error('no'), { code })],
    ['the adapter', Object.assign(new Error('no'), { cause })],
    ['Prisma', Object.assign(new Error('no'), { code: 'P2010', meta: { driverAdapterError: { cause } } })],
  ]
}

describe.each([
  ...['08000', '08001', '08003', '08004', '08006', '08007', '08P01'],
  ...['40001', '40P01', '53000', '53100', '53200', '53300', '53400'],
  ...['55000', '57014', '57P01', '57P02', '57P03', '57P04', '57P05', '58030', '25006'],
  ...['25P03', '25P04', '55P03', '28000', '28P01', '3D000'],
])('SQLSTATE %s is a temporary fault', (code) => {
  test.each(shapesOf(code))('out of %s', (_, error) => {
    expect(translate(error)).toMatchObject({ ...AWAY, cause: error })
  })
})

describe.each(['22P02', '23502', '23503', '42601', '42P01', '42501', '0A000', 'XX000', '55006'])(
  'SQLSTATE %s is passed on: to try again would not help',
  (code) => {
    test.each(shapesOf(code))('out of %s', (_, error) => {
      expect(translate(error)).toBe(error)
    })
  },
)

const withServer = await needs('postgresql')
withServer('a PostgreSQL whose database takes no connections', () => {
  test('is a temporary fault, at the start and later', async () => {
    const { url, remove } = await newServerDatabase()
    const store = await openStore({ url, dataDir: '', log: silentLog })
    const name = new URL(url).pathname.slice(1)
    const admin = new Client({ connectionString: POSTGRES_URL })
    await admin.connect()
    await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`)
    await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name])
    await expect(openStore({ url, dataDir: '', log: silentLog })).rejects.toMatchObject(AWAY)
    await expect.poll(() => store.ping().catch((error) => error.message)).toMatch(/not currently accepting connections/)
    await expect(store.mails.accept(aMail(null))).rejects.toMatchObject(AWAY)
    await expect(store.connections.list()).rejects.toMatchObject(AWAY)
    await expect(store.transaction(({ users }) => users.count())).rejects.toMatchObject(AWAY)
    await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`)
    expect(await store.mails.accept(aMail(null))).toMatchObject({ duplicate: false })
    await store.close()
    await admin.end()
    await remove()
  })
})
