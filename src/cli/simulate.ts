import type { Command } from 'commander'
import { BEHAVIOURS } from '../simulator/behaviours.js'
import { SimulatorError } from '../simulator/errors.js'
import { simulateCommand } from '../simulator/simulate.js'
import { CommandError, EXIT } from './output.js'

/** `simulate PROFILE`. */
export const simulateCommands = (program: Command): void => {
  program
    .command('simulate <profile>')
    .description('a registry that speaks a profile by real SMTP, for testing billing integrations')
    .requiredOption('--listen <host:port>', 'where it takes orders')
    .requiredOption('--deliver-to <host:port>', "the gateway's mail server")
    .requiredOption('--key <file>', "the registry's private key, armored")
    .requiredOption('--trust <file>', "the gateway's public key, armored")
    .option('--behave <name>', `one of: ${Object.keys(BEHAVIOURS).join(', ')}`)
    .option('--delay <seconds>', 'how long an answer waits')
    .option(
      '--control <host:port>',
      "where the gateway's console may change its behaviour (SEALPOST_SIMULATOR); loopback only",
    )
    .addHelpText('after', `\nBehaviours:\n${behaviours()}`)
    .action((profile: string, options: Omit<Parameters<typeof simulateCommand>[0], 'profile'>) =>
      asCommandError(() => simulateCommand({ profile, ...options })),
    )
}

const behaviours = (): string =>
  Object.entries(BEHAVIOURS)
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
