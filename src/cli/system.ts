import { existsSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { readSettings, type Settings, setBy, templatesFolder, VARIABLES } from '../config.js'
import type { Checked } from '../core/errors.js'
import { settlePlace } from '../flows/settle-place.js'
import { createLogger } from '../logger.js'
import { checkNoticeTemplates } from '../notices/templates.js'
import { BUILT_IN_TEMPLATES, loadProfiles, loadTemplates } from '../profiles/load.js'
import { checkTemplates } from '../profiles/template.js'
import { dutiesOf, ROLES, type Role, refusalOf } from '../serve/roles.js'
import { serve } from '../serve.js'
import { openStore } from '../store/open.js'
import { type ConnectionWarnings, connectionWarnings } from './connection-warnings.js'
import { isServed } from './gateway.js'
import { CommandError, print, printJson } from './output.js'
import { settingsOrExit } from './settings.js'

/** `serve`, `migrate` and `config check`. */
export const systemCommands = (program: Command): void => {
  program
    .command('serve')
    .description('run the gateway')
    .addOption(
      new Option('--role <role...>', 'what this process does; each role may run in any number of processes')
        .choices([...ROLES])
        .default(['all']),
    )
    .action(async ({ role }: { role: Role[] }) => {
      const settings = settingsOrExit()
      const duties = dutiesOf(role)
      const refusal = refusalOf(duties, settings)
      if (refusal !== null) throw new CommandError(refusal)
      await serve(settings, process.env, duties)
    })
  program
    .command('migrate')
    .description('bring the database up to date')
    .addOption(
      new Option(
        '--restored',
        'say that it is an older state: serve then sends nothing blindly that may have left since',
      ).conflicts('moved'),
    )
    .option('--moved', 'say that it was only moved: serve then holds nothing as if it were an older state')
    .action(async ({ restored, moved }: { restored?: true; moved?: true }) => {
      const settings = settingsOrExit()
      const origin = restored === true ? 'restored' : moved === true ? 'moved' : null
      const served = settings.databaseUrl === null && (await isServed(settings))
      if (served && origin !== null)
        throw new CommandError(`stop the gateway first: where a database comes from is settled before it is served`)
      if (served) return print('the database is up to date: the gateway that runs brought it there when it started')
      const log = createLogger('silent')
      const store = await openStore({ url: settings.databaseUrl ?? undefined, dataDir: settings.dataDir, log })
      const { applied } = store
      try {
        if (origin !== null) await settlePlace({ store, clock: { now: () => new Date() } }, { origin, actor: 'cli' })
      } finally {
        await store.close()
      }
      print(applied.length === 0 ? 'the database is up to date' : `applied: ${applied.join(', ')}`)
    })
  program
    .command('config')
    .description('the settings')
    .command('check')
    .description('all problems of the settings and templates at once, what each setting means, and warnings')
    .option('--json', 'print them as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const settings = readSettings(process.env)
      const problems = await allProblems(settings)
      const found = settings.ok ? await connectionWarnings(settings.value, problems.length === 0) : NOTHING
      const notices = [...keysFolderNotice(settings), ...found.notices]
      const { warnings } = found
      if (json === true) printJson({ variables: VARIABLES, problems, warnings, notices })
      else {
        for (const variable of VARIABLES) {
          const origin = setBy(process.env, variable) === null ? `(default: ${variable.fallback})` : '(set)'
          print(`${variable.name.padEnd(26)} ${origin}  ${variable.meaning}`)
        }
        for (const notice of notices) print(`notice: ${notice}`)
        for (const warning of warnings) print(`warning: ${warning}`)
      }
      if (problems.length > 0) throw new CommandError(problems.join('\n'))
      if (json !== true) print(warnings.length === 0 ? 'nothing is wrong' : 'nothing is wrong with the settings')
    })
}

const keysFolderNotice = (settings: Checked<Settings>): string[] =>
  settings.ok && !existsSync(settings.value.keysDir)
    ? [`the keys folder ${settings.value.keysDir} is not there: make it, or name another in SEALPOST_KEYS`]
    : []

const NOTHING: ConnectionWarnings = { warnings: [], notices: [] }

const allProblems = async (settings: Checked<Settings>): Promise<string[]> => {
  const wrong = settings.ok ? [] : settings.problems.map(({ pointer, detail }) => `${pointer} ${detail}`)
  const sources = await loadTemplates({ builtIn: BUILT_IN_TEMPLATES, operators: templatesFolder(process.env) })
  const found = [...checkTemplates(sources, (await loadProfiles()).values()), ...checkNoticeTemplates(sources)]
  return [...wrong, ...found.map(({ detail }) => detail)]
}
