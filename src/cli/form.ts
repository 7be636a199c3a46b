import type { Command } from 'commander'
import { FORM_ACTIONS } from '../order-form/fields.js'
import { writeForm } from '../order-form/write-form.js'
import { callJson, withGateway } from './gateway.js'
import { printJson } from './output.js'
import { settingsOrExit } from './settings.js'

type Tld = {
  unicodeTld: string
  agreement: { version: string } | null
  actions: { name: string; supported: boolean }[]
}

/** `form`. */
export const formCommands = (program: Command): void => {
  program
    .command('form <tld>')
    .description('print the blank order form for names under a TLD')
    .option('--json', 'print it as JSON')
    .action(async (name: string, { json }: { json?: boolean }) => {
      const path = `/v1/tlds/${encodeURIComponent(name)}`
      const tld = (await withGateway(settingsOrExit(), (gateway) => callJson(gateway, 'GET', path))) as Tld
      const form = writeForm({ ...tld, actions: FORM_ACTIONS.filter((action) => has(tld, action)) })
      if (json === true) return printJson({ tld: tld.unicodeTld, form })
      process.stdout.write(form)
    })
}

const has = ({ actions }: Tld, action: string): boolean =>
  actions.some(({ name, supported }) => name === action && supported)
