import type { Command } from 'commander'
import { BEHAVIOURS } from '../simulator/behaviours.js'
import { SimulatorError } from '../simulator/errors.js'
import { SERVER_BEHAVIOURS } from '../simulator/server-behaviours.js'
import { simulateCommand } from '../simulator/simulate.js'
import { CommandError, EXIT } from './output.js'

/** `simulate PROFILE`. */
export const simulateCommands = (program: Command): void => {
  program
    .command('simulate <profile>')
    .description('a registry that speaks a profile by real SMTP or HTTPS, for testing billing integrations')
    .requiredOption('--listen <host:port>', 'where it takes orders')
    .option('--deliver-to <host:port>', "the gateway's mail server, where orders are mails")
    .requiredOption('--key <file>', "the registry's private key, armored; of a server its key and certificate (PEM)")
    .requiredOption(
      '--trust <file>',
      "the gateway's public key, armored; of a server the names and keys of its accounts",
    )
    .option('--behave <name>', 'what it does with orders; one of those below')
    .option('--delay <seconds>', 'how long an answer waits')
    .option(
      '--control <host:port>',
      "where the gateway's console may change its behaviour (SEALPOST_SIMULATOR); loopback only",
    )
    .addHelpText(
      'after',
      `\nBehaviours where orders are mails:\n${listed(BEHAVIOURS)}\n\nWhere they are calls:\n${listed(SERVER_BEHAVIOURS)}`,
    )
    .action((profile: string, options: Omit<Parameters<typeof simulateCommand>[0], 'profile'>) =>
      asCommandError(() => simulateCommand({ profile, ...options })),
    )
}

const listed = (behaviours: Readonly<Record<string, string>>): string =>
  Object.entries(behaviours)
    .map(([name, sentence]) => `  ${name.padEnd(18)} ${sentence}`)
    .join('\n')

/** The simulator stands apart and has errors of its own. */
export const asCommandError = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof SimulatorError)) throw error
    throw new CommandError(error.message, error.code === 'usage' ? EXIT.usage : EXIT.failed)
  }
}
