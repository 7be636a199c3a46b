import { blankReply, type Reply, type ReplyData, unrecognised } from '../../core/reply.js'
import { isName, type Message } from './message.js'

/** Fields of an answer that are told; those of persons are left in the mail. Ones of older answers stand behind the bar. */
const TOLD: Record<string, string> = {
  ...{ status: 'reg-status', tag: 'registrar-tag|ips-key', account: 'account-id', created: 'created' },
  ...{ changed: 'changed', expires: 'expiry', autoBill: 'auto-bill|auto_bill', nextBill: 'next-bill|next_bill' },
}
const HOST = /^dns(?:[0-9])?$/

/** The answer to a query: each field of the name in a line of its own, behind a star. */
export const readQuery = ({ fields, prose }: Message): Reply[] | null => {
  if (!/^The following message was sent from the\s+Automaton:$/m.test(prose)) return null
  const keys = fields.filter(({ name }) => name === 'key').map(({ value }) => value)
  const [key, other] = keys
  if (key === undefined) return null
  if (other !== undefined) return [unrecognised('The answer is about several names.')]
  if (!isName(key)) return [unrecognised('The answer is about a name that cannot be read.')]
  const texts = Object.entries(TOLD).flatMap(([name, sources]) => {
    const found = fields.find((field) => sources.split('|').includes(field.name) && field.value !== '')
    return found === undefined ? [] : [[name, found.value] as const]
  })
  const hosts = fields.filter(({ name, value }) => HOST.test(name) && value !== '').map(({ value }) => value)
  const data: ReplyData = { ...Object.fromEntries(texts), ...(hosts.length > 0 ? { nameservers: hosts } : {}) }
  const text = `Data of ${key}: ${texts.map(([name, value]) => `${name} ${value}`).join(', ') || 'name servers'}.`
  return [{ ...blankReply(), outcome: 'notice', action: 'info', domain: key, text, data }]
}
