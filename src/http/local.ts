import { isUtf8 } from 'node:buffer'
import { z } from '@hono/zod-openapi'
import type { Context, Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { approveOrder } from '../flows/approve-order.js'
import { backUp } from '../flows/back-up.js'
import { checkLog } from '../flows/check-log.js'
import type { Deps } from '../flows/deps.js'
import { importFile } from '../flows/import-file.js'
import { ingestMail } from '../flows/ingest-mail.js'
import { listKeys } from '../flows/list-keys.js'
import { readAttention } from '../flows/read-attention.js'
import { createApi } from './api/index.js'
import { findOrder } from './api/orders.js'
import { callerOf, LONGEST_TOKEN, localAuth } from './auth.js'
import { baseApp } from './base-app.js'
import { approverOf } from './caller.js'
import type { Api } from './endpoint.js'
import { addLocalAccounts } from './local-accounts.js'

/** What the SMTP listener takes, and a little for a delivery agent's own header lines. */
const LARGEST_MAIL_MIB = 11

/** Ten thousand domains with all their contacts have less. */
const LARGEST_IMPORT_MIB = 8

/**
 * What commands talk to while the gateway runs: the whole API as an administrator, and `/local`. It asks for no token, so
 * it belongs on a socket that only the gateway's owner can open.
 */
export const createLocalApp = ({ deps }: { deps: Deps }): Hono => {
  const top = baseApp(deps.log)
  const app = createApi(deps, localAuth)
  const api = { app, authenticate: localAuth }
  app.get('/local/ping', (c) => c.json({ pid: process.pid }))
  app.get('/local/attention', async (c) => c.json({ items: await readAttention(deps) }))
  app.get('/local/keys', async (c) => c.json(await listKeys(deps)))
  app.post('/local/backup', async (c) => {
    const { folder } = backupBody.parse(await c.req.json())
    return c.json(await backUp(deps, { folder, actor: (await localAuth(c)).actor }), 201)
  })
  app.get('/local/log/key', (c) => c.json({ publicKey: deps.checkpoints.publicPem }))
  app.post('/local/log/verify', async (c) => c.json(await checkLog(deps, (await localAuth(c)).actor)))
  addApproval(api, deps)
  addImport(api, deps)
  addLocalAccounts(api, deps)
  addMailWork(api, deps)
  top.route('/', app)
  return top
}

/** Whoever has the socket is nobody in particular: a token says in whose name they approve. */
const addApproval = ({ app }: Api, deps: Deps): void => {
  app.post('/local/orders/:id/approve', async (c) => {
    const { token } = approvalBody.parse(await c.req.json())
    const caller = await callerOf(deps, token)
    const { id } = await findOrder(deps, caller, c.req.param('id'))
    return c.json(await approveOrder(deps, { id, by: approverOf(caller) }))
  })
}

const approvalBody = z.object({ token: z.string().max(LONGEST_TOKEN) })

const backupBody = z.object({ folder: z.string().nullable() })

/** The file as it is, so that every line of it can be named. */
const addImport = ({ app, authenticate }: Api, deps: Deps): void => {
  app.post('/local/import', async (c) => {
    const octets = Buffer.from(await c.req.arrayBuffer())
    if (octets.length > LARGEST_IMPORT_MIB * 1024 * 1024)
      throw new HTTPException(413, { message: `The file is larger than ${LARGEST_IMPORT_MIB} MiB; divide it` })
    if (!isUtf8(octets)) throw new HTTPException(400, { message: 'The file is not UTF-8; save it as UTF-8' })
    const [file, dryRun, update] = [c.req.query('file') ?? '', isTrue(c, 'dryRun'), isTrue(c, 'update')]
    const { actor } = await authenticate(c)
    return c.json(await importFile(deps, { file, text: octets.toString('utf8'), dryRun, update, actor }))
  })
}

const isTrue = (c: Context, name: string): boolean => c.req.query(name) === 'true'

const addMailWork = ({ app }: Api, deps: Deps): void => {
  app.post('/local/mails/ingest', async (c) => {
    const raw = Buffer.from(await c.req.arrayBuffer())
    if (raw.length === 0) throw new HTTPException(400, { message: 'The mail is empty: give its octets as the body' })
    if (raw.length > LARGEST_MAIL_MIB * 1024 * 1024)
      throw new HTTPException(413, { message: `The mail is larger than ${LARGEST_MAIL_MIB} MiB` })
    const envelope = { to: c.req.query('to'), from: c.req.query('from') }
    return c.json(await ingestMail(deps, raw, envelope), 201)
  })
}
