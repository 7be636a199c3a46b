import { type Command, Option } from 'commander'
import { CHECKLIST } from '../core/checklist.js'
import { callJson, withGateway } from './gateway.js'
import { print, printJson, shortTime } from './output.js'
import { settingsOrExit } from './settings.js'

type Checklist = {
  ready: boolean
  items: { id: string; title: string; done: boolean; detail: string; doneBy: string | null; doneAt: string | null }[]
}

type Options = { done?: string; undone?: string; note?: string; json?: boolean }

/** `connection checklist`. */
export const addChecklistCommand = (connection: Command): void => {
  const items = Object.keys(CHECKLIST)
  connection
    .command('checklist <id>')
    .description('what has to be done before a connection in test mode goes live')
    .addOption(new Option('--done <item>', 'say that it is done').choices(items))
    .addOption(new Option('--undone <item>', 'say that it is no longer done').choices(items).conflicts('done'))
    .option('--note <text>', 'a remark, such as where the contract is')
    .option('--json', 'print it as JSON')
    .action(async (id: string, { done, undone, note, json }: Options) => {
      const path = `/v1/connections/${encodeURIComponent(id)}/checklist`
      const item = done ?? undone
      const answer = await withGateway(settingsOrExit(), (gateway) =>
        item === undefined
          ? callJson(gateway, 'GET', path)
          : callJson(gateway, 'POST', `${path}/${item}`, { done: undone === undefined, note }),
      )
      if (json === true) return printJson(answer)
      for (const line of (answer as Checklist).items) print(wordsOf(line))
    })
}

const wordsOf = ({ id, title, done, detail, doneBy, doneAt }: Checklist['items'][number]): string => {
  const by = doneBy === null || doneAt === null ? '' : `, by ${doneBy}, ${shortTime(doneAt)}`
  return `${done ? '[x]' : '[ ]'} ${id}: ${title}${by}\n    ${detail}`
}
