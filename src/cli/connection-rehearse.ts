import type { Command } from 'commander'
import { REHEARSAL_STEPS, type Rehearsal, type RehearsalStep } from '../core/rehearsal.js'
import { callJson, withGateway } from './gateway.js'
import { EXIT, print, printJson } from './output.js'
import { settingsOrExit } from './settings.js'

/** As the API answers it. */
type Told = Omit<Rehearsal, 'steps'> & { steps: (Omit<RehearsalStep, 'at'> & { at: string })[] }

/** `connection rehearse`. */
export const addRehearseCommand = (connection: Command): void => {
  connection
    .command('rehearse <id>')
    .description('play a change of keys against a registry that is simulated in the gateway; nothing leaves')
    .option('--json', 'print the report as JSON')
    .action(async (id: string, { json }: { json?: boolean }) => {
      const path = `/v1/connections/${encodeURIComponent(id)}/rehearse`
      const answer = await withGateway(settingsOrExit(), (gateway) => callJson(gateway, 'POST', path))
      const told = answer as Told
      if (json === true) printJson(told)
      else {
        print(`from ${told.key ?? 'no key'} to ${told.next ?? 'a key made for this rehearsal'}`)
        for (const { step, ok, at, detail } of told.steps)
          print(`${ok ? 'ok  ' : 'FAIL'}  ${at}  ${REHEARSAL_STEPS[step]}: ${detail}`)
      }
      if (!told.ok) process.exitCode = EXIT.failed
    })
}
