import { z } from 'zod'
import type { Settings } from '../config.js'
import { messageOf } from '../core/errors.js'
import { callJson, hasDatabase, isServed, withGateway } from './gateway.js'

export type ConnectionWarnings = { warnings: string[]; notices: string[] }

/**
 * What `config check` says of the connections: weak trust and keys that end or cannot be used, asked of the gateway that
 * runs, or of the database where none does. Where neither can be asked, that is a notice and nothing more: the settings
 * are not wrong because of it, and to look must not make a database that is not there.
 */
export const connectionWarnings = async (settings: Settings, isSound: boolean): Promise<ConnectionWarnings> => {
  const unasked = (reason: string) => ({ warnings: [], notices: [`the connections were not looked at: ${reason}`] })
  if (!(await isServed(settings))) {
    if (!isSound) return unasked('mend what is wrong first')
    if (settings.databaseUrl === null && !hasDatabase(settings))
      return unasked(`there is no database in ${settings.dataDir} yet`)
  }
  try {
    const answer = await withGateway(settings, (gateway) => callJson(gateway, 'GET', '/local/attention'))
    const { items } = answerSchema.parse(answer)
    const textsOf = (isNotice: boolean) =>
      items.flatMap(({ level, text }) => ((level === 'info') === isNotice ? [text] : []))
    return { warnings: textsOf(false), notices: textsOf(true) }
  } catch (error) {
    return unasked(messageOf(error))
  }
}

const answerSchema = z.object({ items: z.array(z.object({ level: z.string(), text: z.string() })) })
