import { spawnSync } from 'node:child_process'
import { Client } from 'pg'
import { call, MAIN } from './place.js'
import { openStage, placeOrders, type Stage } from './stage.js'

/** Milliseconds of what administrators and billing systems ask for, by its address: the median of many. */
export type PageTimes = ReadonlyMap<string, number>

const TIMES = 40

/** Lists of the API, and pages of the console as an administrator sees them. */
const LISTS = ['/v1/domains/fill-7.de/timeline', '/v1/actions?limit=50', '/v1/orders?status=sent&limit=50'] as const
const PAGES = [
  ...(['/', '/domains', '/domains?status=Registering&sort=-age', '/domains/fill-7.de', '/pending'] as const),
  ...(['/log', '/log?q=none', '/mails', '/mails?stage=unrecognised', '/mails?party=none', '/connections'] as const),
] as const

/** With so many entries in the action log, a fifth of that in mails, and a tenth in domains, orders and requests. */
export const pageTimes = async (entries: number): Promise<PageTimes> => {
  const stage = await openStage({ backend: 'postgresql' })
  try {
    await placeOrders(stage, { from: 0, count: 1, atOnce: 1 })
    await stage.sink.count(1)
    await fill(stage.place.databaseUrl ?? '', entries)
    const cookie = await signIn(stage)
    const times = new Map<string, number>()
    for (const target of LISTS) times.set(target, await median(() => call(stage.http, 'GET', target)))
    for (const target of PAGES) times.set(target, await median(() => page(stage, target, cookie)))
    return times
  } finally {
    await stage.end()
  }
}

const median = async (ask: () => Promise<unknown>): Promise<number> => {
  const took: number[] = []
  for (let turn = 0; turn < TIMES; turn++) {
    const begin = performance.now()
    await ask()
    took.push(performance.now() - begin)
  }
  return took.sort((one, other) => one - other)[TIMES / 2] ?? 0
}

const USER = { name: 'bench', password: 'correct horse battery' }

/** The cookie of a session. */
const signIn = async (stage: Stage): Promise<string> => {
  const made = spawnSync(process.execPath, [MAIN, 'user', 'create', '--name', USER.name, '--role', 'admin'], {
    ...{ env: stage.place.env, cwd: stage.place.folder, input: `${USER.password}\n`, encoding: 'utf8' },
  })
  if (made.status !== 0) throw new Error(`no user was made: ${made.stderr}`)
  const answer = await fetch(`${stage.http}/login`, {
    ...{ method: 'POST', redirect: 'manual', body: new URLSearchParams(USER) },
    headers: { origin: new URL(stage.http).origin },
  })
  const cookie = answer.headers.get('set-cookie')?.split(';')[0]
  if (cookie === undefined) throw new Error(`the sign-in was answered ${answer.status}`)
  return cookie
}

const page = async (stage: Stage, target: string, cookie: string): Promise<void> => {
  const answer = await fetch(`${stage.http}${target}`, { headers: { cookie }, redirect: 'manual' })
  const text = await answer.text()
  if (answer.status !== 200) throw new Error(`${target} was answered ${answer.status}: ${text.slice(0, 200)}`)
}

/** Copies of the one order that was really placed: its domain, its request, two mails and ten entries of the log each. */
const fill = async (url: string, entries: number): Promise<void> => {
  const client = new Client(url)
  await client.connect()
  const orders = entries / 10
  for (const sql of [
    `INSERT INTO domains (name, unicode_name, state, detail, connection_id, nameservers, dnssec, contacts, epp_status, since)
     SELECT 'fill-' || n || '.de', 'fill-' || n || '.de', state, detail, connection_id, nameservers, dnssec, contacts,
       epp_status, since FROM domains, generate_series(1, ${orders}) n WHERE name = 'bench-0.de'`,
    `INSERT INTO orders (id, account_id, billing_order_id, action, domain, status, connection_id, terms, body_hash, created_at, updated_at)
     SELECT gen_random_uuid(), account_id, 'FILL-' || n, action, 'fill-' || n || '.de',
       (CASE WHEN n % 2 = 0 THEN 'sent' ELSE 'done' END)::order_status, connection_id, terms, body_hash, created_at, updated_at
     FROM orders, generate_series(1, ${orders}) n WHERE billing_order_id = 'BENCH-0'`,
    `INSERT INTO requests (id, order_id, connection_id, domain, action, reference, message_id, bounce_token, state, attempts, created_at)
     SELECT gen_random_uuid(), id, connection_id, domain, action, 'fill-' || id, 'fill-' || id, 'fill-' || id, 'settled', 1, created_at
     FROM orders WHERE billing_order_id LIKE 'FILL-%'`,
    `INSERT INTO mails (id, direction, connection_id, envelope, received_at, sha256, size, raw, stage, orders, request_id)
     SELECT gen_random_uuid(), way::mail_direction, connection_id,
       '{"from":"robot@registry.example","to":["denic-main@in.hoster.example"]}', now() - n % 400 * interval '1 day', md5(id::text), 4, 'mail',
       (CASE WHEN way = 'out' OR n % 50 > 0 THEN 'settled' ELSE 'unrecognised' END)::mail_stage, ARRAY[order_id], id
     FROM (SELECT *, row_number() OVER () AS n FROM requests) r, unnest(ARRAY['out', 'in']) way WHERE reference LIKE 'fill-%'`,
    `INSERT INTO actions (id, at, level, actor, event, text, domain, data, hash)
     SELECT last_id + n, now() - (${entries} - n) * interval '1 minute', (CASE WHEN n % 500 = 0 THEN 'error' ELSE 'info' END)::action_level,
       'system', 'order.placed', 'an entry that fills the log', 'fill-' || (n % ${orders} + 1) || '.de', '{}', hash
     FROM log_head, generate_series(1, ${entries}) n`,
    `UPDATE log_head SET last_id = last_id + ${entries}`,
    'VACUUM ANALYZE',
  ])
    await client.query(sql)
  await client.end()
}
