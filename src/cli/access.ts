import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { type Command, Option } from 'commander'
import { callJson, withGateway } from './gateway.js'
import { CommandError, print, printJson } from './output.js'
import { settingsOrExit } from './settings.js'

type TokenOptions = { name: string; scope: string; account?: string; json?: boolean }

/** `token create` and `user create`. */
export const accessCommands = (program: Command): void => {
  program
    .command('token')
    .description('API tokens')
    .command('create')
    .description('create a token; it is shown once')
    .requiredOption('--name <name>', 'whose it is, for the action log')
    .addOption(new Option('--scope <scope>', 'what it may do').choices(['billing', 'admin']).makeOptionMandatory())
    .option('--account <id>', 'only orders of this account')
    .option('--json', 'print the token and what it may do as JSON')
    .action(async ({ name, scope, account, json }: TokenOptions) => {
      const body = { name, scope, account: account ?? null }
      const answer = await withGateway(settingsOrExit(), (gateway) => callJson(gateway, 'POST', '/local/tokens', body))
      if (json === true) printJson(answer)
      else print((answer as { token: string }).token)
    })
  program
    .command('user')
    .description('console users')
    .command('create')
    .description('create a user; the password is asked for, or read from standard input')
    .requiredOption('--name <name>', 'the name to sign in with')
    .addOption(
      new Option('--role <role>', 'what they may do').choices(['viewer', 'operator', 'admin']).makeOptionMandatory(),
    )
    .option('--json', 'print the user as JSON')
    .action(async ({ name, role, json }: { name: string; role: string; json?: boolean }) => {
      const password = await readPassword()
      if (password === '') throw new CommandError('no password was given; type one, or pipe it in')
      const body = { name, role, password }
      const answer = await withGateway(settingsOrExit(), (gateway) => callJson(gateway, 'POST', '/local/users', body))
      if (json === true) printJson(answer)
      else print(`${name} may sign in now`)
    })
}

/** One line of standard input; a terminal shows nothing of it. */
const readPassword = async (): Promise<string> => {
  const terminal = process.stdin.isTTY === true
  if (terminal) process.stderr.write('Password: ')
  const mute = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: mute, terminal })
  for await (const line of lines) {
    lines.close()
    if (terminal) process.stderr.write('\n')
    return line
  }
  return ''
}
