import { describeProblems } from '../../core/errors.js'
import { blankReply, type Reply, unrecognised } from '../../core/reply.js'
import type { SignedContent } from '../../signing/scheme.js'
import { hasUnseen } from '../unseen.js'
import { accountOf, type RobotAccount } from './account.js'
import { GROUPS } from './contacts.js'
import { readForm } from './form-lines.js'
import { isHandle } from './handle.js'
import { NOTICE, NOTICE_FIELDS, readNotice } from './notices.js'
import { readWord } from './status-words.js'

/** Where the form of a status begins; the marker and its fields are ours, the words are the robot's. */
const STATUS = '#HS.DOMAIN.STATUS'

const HANDLES = Object.entries(GROUPS).map(([role, group]) => [role, `${group}_HANDLE`] as const)
const FIELDS = [
  ...['DOMAIN_ADMIN', 'DOMAIN_ACTION', 'DOMAIN_STATUS', 'ORDER_REFERENCE', 'STATUS_TEXT'],
  ...HANDLES.map(([, field]) => field),
]

/** What a robot's signed text means: the word of the one form in it. Everything else is for people. */
export const decode = ({ text }: SignedContent, given: Record<string, unknown>): Reply[] => {
  const meaning = meaningOf(text, accountOf(given))
  return [typeof meaning === 'string' ? unrecognised(meaning) : meaning]
}

const meaningOf = (text: string, account: RobotAccount): Reply | string => {
  if (hasUnseen(text)) return 'The text has a control character in it.'
  const lines = text.replaceAll('\r\n', '\n').split('\n')
  const isNotice = lines.includes(NOTICE)
  if (isNotice && lines.includes(STATUS)) return `There are a line ${STATUS} and a line ${NOTICE}.`
  const form = readForm(text, isNotice ? NOTICE : STATUS)
  if (!form.ok) return describeProblems(form.problems)
  const fields = new Map(form.value.pairs)
  const known = [...(isNotice ? NOTICE_FIELDS : FIELDS), account.domainField]
  const odd = [...fields.keys()].find((field) => !known.includes(field))
  if (odd !== undefined) return `The field ${odd} is not known.`
  const [domain = '', admin] = [fields.get(account.domainField)?.toLowerCase(), fields.get('DOMAIN_ADMIN')]
  if (domain.length > 253 || !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain))
    return `The field ${account.domainField} has no name in A-labels.`
  if (admin !== undefined && admin !== account.admin) return 'The DOMAIN_ADMIN is not the one of this connection.'
  return isNotice ? readNotice(fields, domain) : statusOf(fields, domain, account)
}

const statusOf = (fields: ReadonlyMap<string, string>, domain: string, account: RobotAccount): Reply | string => {
  const reference = fields.get('ORDER_REFERENCE') || null
  if (reference !== null && !/^[!-~]{3,64}$/.test(reference))
    return 'The ORDER_REFERENCE is not 3 to 64 visible ASCII characters.'
  const given = HANDLES.flatMap(([role, field]) =>
    fields.get(field) ? [[role, fields.get(field) ?? ''] as const] : [],
  )
  const wrong = given.find(([, handle]) => !isHandle(handle, account))
  if (wrong !== undefined) return `The handle of the ${wrong[0]} contact is none.`
  const word = fields.get('DOMAIN_STATUS') ?? ''
  const meaning = readWord(word, { action: fields.get('DOMAIN_ACTION') ?? null, reference, account })
  if (meaning === null) return `The DOMAIN_STATUS is "${word.slice(0, 60)}", which is not known.`
  const said = (fields.get('STATUS_TEXT') ?? '').trim()
  const handles = given.length === 0 ? {} : { handles: Object.fromEntries(given) }
  return {
    ...{ ...blankReply(), reference, domain, ...meaning.reply, ...handles },
    text: `${domain}: ${said === '' ? meaning.means : said}`,
  }
}
