import { asciiName } from '../memory.js'

/** A form as the robot reads it. */
export type Form = { action: string; domain: string; admin: string; fields: ReadonlyMap<string, string> }

/** `reference` is what the sender wrote above the form; the robot itself makes nothing of it. */
export type Reading = { reference: string | null } & ({ ok: true; form: Form } | { ok: false; error: string })

const ACTIONS = [
  'register',
  'transfer',
  'setup',
  'remove',
  'lock',
  'release',
  'transit',
  'update',
  'close',
  'KK-ACK',
  'KK-NACK',
]

/** Whatever is before the first marker and after the last one is skipped; in between a comment may follow each value. */
export const readForm = (text: string): Reading => {
  const reference = /^Reference: (\S+)$/m.exec(text)?.[1] ?? null
  const wrong = (error: string): Reading => ({ ok: false, reference, error })
  const [, inner] = /^#HS\.DOMAIN\.TEMPLATE\r?\n([\s\S]*?)^#\r?$/m.exec(text) ?? []
  if (inner === undefined) return wrong('no form between #HS.DOMAIN.TEMPLATE and #')
  const fields = new Map<string, string>()
  for (const line of inner.split(/\r?\n/).slice(0, -1)) {
    const cut = line.indexOf('="')
    const close = line.indexOf('"', cut + 2)
    const name = line.slice(0, Math.max(0, cut))
    const rest = line.slice(close + 1).trim()
    if (cut < 1 || close < 0 || (rest !== '' && !rest.startsWith(';')))
      return wrong(`not FIELD="value": ${line.slice(0, 60)}`)
    if (fields.has(name)) return wrong(`${name} is given twice`)
    fields.set(name, line.slice(cut + 2, close))
  }
  if (fields.get('ROBOT_DEBUG') !== '') return wrong('ROBOT_DEBUG must be empty')
  const [action = '', named = '', admin = ''] = ['DOMAIN_ACTION', 'DOMAIN_NAME', 'DOMAIN_ADMIN'].map((key) =>
    fields.get(key),
  )
  if (!ACTIONS.includes(action)) return wrong(`unknown DOMAIN_ACTION: ${action}`)
  if (admin === '') return wrong('DOMAIN_ADMIN is empty')
  const domain = asciiName(named)
  if (domain === '' || domain !== named) return wrong(`no domain: ${named.slice(0, 60)}`)
  return { ok: true, reference, form: { action, domain, admin, fields } }
}
