import { asciiName } from '../memory.js'

/** One of the requests of a mail: its fields in their order, keys in small letters. */
export type Request = {
  operation: string
  name: string
  fields: ReadonlyMap<string, readonly string[]>
  lines: string[]
}

export type Reading =
  | { ok: true; tag: string; operation: string; requests: Request[] }
  | { ok: false; code: string; text: string }

/** The operations, with the fields that each of their requests may have besides `operation` and `key`. */
const FIELDS: Record<string, RegExp> = {
  request:
    /^(account-id|account-name|trad-name|type|co-no|opt-out|addr|locality|city|county|postcode|country|dns\d|a[1-3]-(name|email|phone|mobile)|first-bill|recur-bill|auto-bill|next-bill|notes)$/,
  modify:
    /^(addr|locality|city|county|postcode|country|dns\d|a[1-3]-(name|email|phone|mobile)|account-name|auto-bill|next-bill|notes)$/,
  renew: /^never$/,
  delete: /^never$/,
  query: /^never$/,
  release: /^(registrar-tag|account-id)$/,
}

const MOST_REQUESTS = 100

/** Reads a subject of tag and operation, and a body whose requests are divided by empty lines. */
export const readRequests = (subject: string, text: string): Reading => {
  const [, tag, action] = /^([A-Z0-9-]+) ([A-Za-z]+)$/.exec(subject.trim()) ?? []
  if (tag === undefined || action === undefined) return refused('V000', "Subject Line not of the form 'TAG Action'")
  const operation = action.toLowerCase()
  const known = Object.hasOwn(FIELDS, operation) ? FIELDS[operation] : undefined
  if (known === undefined) return refused('V001', 'Subject Line contains unknown action')
  const blocks = text
    .split(/\r\n|\r|\n/)
    .join('\n')
    .split(/\n[ \t]*\n+/)
    .filter((block) => block.trim() !== '')
  if (blocks.length > MOST_REQUESTS) return refused('V012', `More than ${MOST_REQUESTS} requests`)
  const requests: Request[] = []
  for (const block of blocks) {
    const read = readBlock(block.trim().split('\n'), operation, known)
    if ('code' in read) return { ok: false, ...read }
    requests.push(read)
  }
  return requests.length === 0 ? refused('V008', 'No Domain name given') : { ok: true, tag, operation, requests }
}

const refused = (code: string, text: string): Reading => ({ ok: false, code, text })

const readBlock = (lines: string[], operation: string, known: RegExp): Request | { code: string; text: string } => {
  const fields = new Map<string, string[]>()
  for (const line of lines) {
    const [, name = '', value = ''] = /^([A-Za-z0-9-]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? []
    const key = name.toLowerCase()
    if (!['operation', 'key'].includes(key) && !known.test(key))
      return { code: 'V007', text: `Unknown field '${(key || line).slice(0, 60)}'` }
    fields.set(key, [...(fields.get(key) ?? []), value])
  }
  const name = fields.get('key')?.[0] ?? ''
  if (fields.get('operation')?.[0] !== operation)
    return { code: 'V001', text: 'The operation is not that of the subject' }
  if (name === '') return { code: 'V008', text: 'No Domain name given' }
  if (asciiName(name) !== name || !name.endsWith('.uk'))
    return { code: 'V009', text: `Domain ${name.slice(0, 60)} cannot be requested via this automaton` }
  return { operation, name, fields, lines }
}
