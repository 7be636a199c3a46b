import type { Context } from 'hono'
import { Fault, Refusal } from '../../../core/errors.js'
import { keySpans } from '../../../core/key-windows.js'
import { generateOwnKey, importOwnKey } from '../../../flows/add-key.js'
import type { Deps } from '../../../flows/deps.js'
import { examineKeys } from '../../../flows/examine-keys.js'
import { KEY_SCHEMES } from '../../../flows/generate-key.js'
import { listKeys } from '../../../flows/list-keys.js'
import { readPublicKey } from '../../../flows/read-public-key.js'
import { actorOf } from '../frame/access.js'
import { type Area, type Done, type Page, sentence } from '../frame/area.js'
import type { Form } from '../frame/form.js'
import { type GenerateFields, GeneratePage, type ImportFields, ImportPage, KINDS, type Wrong } from './key-forms.js'
import { KeysPage } from './keys-page.js'

const CRUMBS = [{ href: '/keys', label: 'Keys' }]

/** The keys folder: what is in it, new keys, and public halves for others. */
export const addKeyPages = (area: Area): void => {
  const { deps, page, file } = area
  page('/keys', () => keysPage(area), 'keys')
  page('/keys/generate', async () => generatePage(newFields(deps.clock.now()), null), 'keys')
  page('/keys/import', async () => importPage({ name: '', passphraseEnv: '' }, null), 'keys')
  file('/keys/:file/public', (c) => publicHalf(deps, c), 'keys')
  addGenerate(area)
  addImport(area)
}

const keysPage = async ({ deps, words }: Area): Promise<Page> => {
  const report = await listKeys(deps)
  const connections = await deps.store.connections.list()
  const windows = await Promise.all(
    connections.map(async (connection) => ({
      ...{ connection: connection.id, title: connection.title },
      spans: keySpans(await examineKeys(deps, connection), deps.clock.now()),
    })),
  )
  return {
    title: 'Keys',
    content: <KeysPage {...{ report, words }} windows={windows.filter(({ spans }) => spans.length > 0)} />,
  }
}

const publicHalf = async (deps: Deps, c: Context): Promise<Response> => {
  const { name, content } = await readPublicKey(deps, c.req.param('file') ?? '').catch((error: unknown) => {
    throw error instanceof Fault ? new Refusal('not-found', error.message) : error
  })
  c.header('content-disposition', `attachment; filename="${name.replace(/[^\w.-]/g, '_')}"`)
  return c.body(content, 200, { 'content-type': 'application/octet-stream' })
}

const YEARS = 2

const newFields = (now: Date): GenerateFields => {
  const end = new Date(now)
  end.setUTCFullYear(now.getUTCFullYear() + YEARS)
  return { name: '', user: '', kind: KINDS[0]?.value ?? '', expires: end.toISOString().slice(0, 10), passphraseEnv: '' }
}

const addGenerate = ({ deps, action }: Area): void =>
  action({ path: '/keys/generate', permission: 'keys' }, async (form, _, user) => {
    const fields = readGenerateFields(form)
    return orAgain(
      (wrong) => generatePage(fields, wrong),
      async () => {
        const made = await generateOwnKey(deps, { ...generateInput(fields, deps.clock.now()), actor: actorOf(user) })
        const lines = [
          `${made.file}: the private key, which a connection names in signing.key`,
          `${made.publicFile}: for the registry`,
        ]
        if (made.requestFile !== null)
          lines.push(`${made.requestFile}: the request, where the registry wants the certificate of an authority`)
        return { to: '/keys', text: `The key was made. Its fingerprint: ${made.fingerprint}`, lines }
      },
    )
  })

export const readGenerateFields = (form: Form): GenerateFields => {
  const text = (name: string): string => form.text(name).trim()
  return {
    name: text('name'),
    user: text('user'),
    kind: text('kind'),
    expires: text('expires'),
    passphraseEnv: text('passphraseEnv'),
  }
}

/** Throws `Refusal` invalid. */
export const generateInput = ({ name, user, kind, expires, passphraseEnv }: GenerateFields, now: Date) => {
  const [scheme, algorithm = null] = kind.split(' ')
  const known = KEY_SCHEMES.find((one) => one === scheme)
  if (known === undefined) throw new Refusal('invalid', 'choose one of the kinds of keys')
  return { name, user, scheme: known, algorithm, expiresAt: endOf(expires, now), passphraseEnv: passphraseEnv || null }
}

const LONGEST_YEARS = 100

const endOf = (text: string, now: Date): Date | null => {
  if (text === '') return null
  const end = new Date(/^\d{4}-\d\d-\d\d$/.test(text) ? text : Number.NaN)
  if (end > now && end.getUTCFullYear() <= now.getUTCFullYear() + LONGEST_YEARS) return end
  throw new Refusal(
    'invalid',
    `"${text}" is no end for a key: give a date to come, at most ${LONGEST_YEARS} years ahead, or none`,
  )
}

const addImport = ({ deps, action }: Area): void =>
  action({ path: '/keys/import', permission: 'keys' }, async (form, _, user) => {
    const fields = { name: form.text('name').trim(), passphraseEnv: form.text('passphraseEnv').trim() }
    const upload = await form.file('file')
    return orAgain(
      (wrong) => importPage(fields, wrong),
      async () => {
        if (upload === null) throw new Refusal('invalid', 'no file was chosen: choose the file of the key')
        const { file, fingerprint, problem, written } = await importOwnKey(deps, {
          ...{ name: fields.name || upload.name, bytes: upload.bytes, passphraseEnv: fields.passphraseEnv || null },
          ...{ replace: form.text('replace') === 'yes', actor: actorOf(user) },
        })
        const text = `${file} ${written ? 'was imported' : 'was there already, and is the same'}. Its fingerprint: ${fingerprint}`
        return { to: '/keys', text, ...(problem === null ? {} : { tone: 'bad' as const, lines: [problem] }) }
      },
    )
  })

/** What was typed again, with what is wrong: mistakes, and keys that are of no use. */
export const orAgain = async (
  again: (wrong: Wrong) => Page,
  work: () => Promise<Done | Page>,
): Promise<Done | Page> => {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Refusal) && !(error instanceof Fault && !error.temporary)) throw error
    return again({ text: sentence(error.message), problems: [] })
  }
}

const generatePage = (fields: GenerateFields, wrong: Wrong): Page => ({
  ...{ title: 'Make a key', crumbs: CRUMBS },
  content: <GeneratePage fields={fields} wrong={wrong} />,
})

const importPage = (fields: ImportFields, wrong: Wrong): Page => ({
  ...{ title: 'Import a key', crumbs: CRUMBS },
  content: <ImportPage fields={fields} wrong={wrong} />,
})
