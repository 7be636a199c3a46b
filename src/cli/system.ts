import { type Command, Option } from 'commander'
import { readSettings, setBy, templatesFolder, unreadSettings, VARIABLES } from '../config.js'
import { createLogger } from '../logger.js'
import { BUILT_IN_TEMPLATES, loadProfiles, loadTemplates } from '../profiles/load.js'
import { checkTemplates } from '../profiles/template.js'
import { ROLES, type Role, serve } from '../serve.js'
import { openStore } from '../store/open.js'
import { isServed } from './gateway.js'
import { CommandError, EXIT, print, printJson } from './output.js'
import { settingsOrExit } from './settings.js'

/** `serve`, `migrate` and `config check`. */
export const systemCommands = (program: Command): void => {
  program
    .command('serve')
    .description('run the gateway')
    .addOption(new Option('--role <role...>', 'what this process does').choices([...ROLES]).default(['all']))
    .action(async ({ role }: { role: Role[] }) => {
      if (role.some((name) => name !== 'all'))
        throw new CommandError(
          'one process does everything in this version: leave --role out, or say --role all',
          EXIT.usage,
        )
      await serve(settingsOrExit(), process.env)
    })
  program
    .command('migrate')
    .description('bring the database up to date')
    .action(async () => {
      const settings = settingsOrExit()
      if (settings.databaseUrl === null && (await isServed(settings)))
        return print('the database is up to date: the gateway that runs brought it there when it started')
      const log = createLogger('silent')
      const store = await openStore({ url: settings.databaseUrl ?? undefined, dataDir: settings.dataDir, log })
      const { applied } = store
      await store.close()
      print(applied.length === 0 ? 'the database is up to date' : `applied: ${applied.join(', ')}`)
    })
  program
    .command('config')
    .description('the settings')
    .command('check')
    .description('all problems of the settings and templates at once, and what each setting means')
    .option('--json', 'print them as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const problems = await allProblems()
      const notices = unreadSettings(process.env)
      if (json === true) printJson({ variables: VARIABLES, problems, notices })
      else {
        for (const variable of VARIABLES) {
          const origin = setBy(process.env, variable) === null ? `(default: ${variable.fallback})` : '(set)'
          print(`${variable.name.padEnd(26)} ${origin}  ${variable.meaning}`)
        }
        for (const notice of notices) print(`notice: ${notice}`)
      }
      if (problems.length > 0) throw new CommandError(problems.join('\n'))
      if (json !== true) print('nothing is wrong')
    })
}

const allProblems = async (): Promise<string[]> => {
  const settings = readSettings(process.env)
  const wrong = settings.ok ? [] : settings.problems.map(({ pointer, detail }) => `${pointer} ${detail}`)
  const sources = await loadTemplates({ builtIn: BUILT_IN_TEMPLATES, operators: templatesFolder(process.env) })
  return [...wrong, ...checkTemplates(sources, (await loadProfiles()).values()).map(({ detail }) => detail)]
}
