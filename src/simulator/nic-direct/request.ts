import { asciiName } from '../memory.js'

/** A request as the robot reads it: the fields by their keys in lower case, and the name in A-labels, or '' for none. */
export type Request = {
  user: string
  trackingId: string
  object: string
  operation: string
  name: string
  fields: ReadonlyMap<string, string>
  /** What is wrong with it; null for a good one. */
  error: string | null
}

/** The first word of the subject says who asks; whatever follows it is the customer's own. */
export const readRequest = (text: string, subject: string): Request => {
  const fields = new Map<string, string>()
  let error: string | null = null
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '') continue
    const [, key = '', value = ''] = /^([a-z0-9_ -]+?)\s*:\s*(.*?)\s*$/i.exec(line) ?? []
    const known = key.toLowerCase().replace(' ', '-')
    if (key === '') error ??= `invalid line: ${line.slice(0, 60)}`
    else if (fields.has(known)) error ??= `${known} is given twice`
    else fields.set(known, value)
  }
  const of = (key: string): string => fields.get(key) ?? ''
  const request = {
    ...{ user: /^\S*/.exec(subject)?.[0] ?? '', trackingId: of('tracking-id'), object: of('object'), fields },
    ...{ operation: of('operation'), name: asciiName(`${of('sld')}.${of('tld')}`) },
  }
  return { ...request, error: error ?? complaint(request) }
}

const complaint = ({ user, trackingId, object, name }: Omit<Request, 'error'>): string | null => {
  if (!/^[A-Z]{0,3}\d{1,10}$/.test(user)) return 'invalid USER_ID'
  if (!/^[0-9a-z_-]{1,255}$/.test(trackingId)) return 'invalid tracking-id'
  if (object !== 'DOMAIN') return 'invalid object'
  return name === '' ? 'invalid sld or tld' : null
}
