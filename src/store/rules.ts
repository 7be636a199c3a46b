import { raw } from 'sql-template-tag'
import { type ActiveRule, type MailRule, RULE_OUTCOMES } from '../core/mail-rule.js'
import type { MailRule as Row } from '../generated/prisma/client.js'
import type { Tables } from '../ports.js'
import type { Client } from './client.js'
import { type Columns, inserted, selected } from './records.js'
import { isId, toWord } from './values.js'

const RULE_COLUMNS = {
  id: 'id',
  version: 'version',
  connectionId: 'connection_id',
  title: 'title',
  words: 'words',
  without: 'without',
  outcome: 'outcome',
  code: 'code',
  enabled: 'enabled',
  note: 'note',
  by: 'by',
  at: 'at',
} as const satisfies Columns<keyof MailRule>

export const rulesTable = (client: Client): Tables['rules'] => ({
  list: async (connectionId) => lastVersions(client, connectionId),

  active: async (connectionId) =>
    (await lastVersions(client, connectionId)).filter(({ enabled }) => enabled).map(toActive),

  versions: async (id) => {
    if (!isId(id)) return []
    const rows = await client.rows<Row>`
      SELECT ${SELECTED} FROM mail_rules WHERE id = ${id}::uuid ORDER BY version DESC`
    return rows.map(toRule)
  },

  insert: async (rule) => {
    await client.run`${inserted(RULE_COLUMNS, 'mail_rules', [rule])}`
  },
})

const SELECTED = selected(RULE_COLUMNS, 'mail_rules')

/** Ids grow with time. */
const lastVersions = async (client: Client, connectionId: string): Promise<MailRule[]> => {
  const rows = await client.rows<Row>`
    SELECT ${SELECTED} FROM mail_rules WHERE connection_id = ${connectionId} AND ${IS_LAST} ORDER BY id`
  return rows.map(toRule)
}

const IS_LAST = raw(
  'NOT EXISTS (SELECT FROM mail_rules later WHERE later.id = mail_rules.id AND later.version > mail_rules.version)',
)

const toRule = (row: Row): MailRule => ({ ...row, outcome: toWord(RULE_OUTCOMES, row.outcome) })

const toActive = ({ id, version, title, note, words, without, outcome, code }: MailRule): ActiveRule => ({
  ...{ id, version, title, note },
  ...{ words, without, outcome, code },
})
