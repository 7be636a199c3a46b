import type { Command } from 'commander'
import { runDemo } from '../demo/run-demo.js'
import { BEHAVIOURS, parseBehaviour } from '../simulator/behaviours.js'
import { CommandError } from './output.js'
import { asCommandError } from './simulate.js'

/** `demo`. */
export const demoCommands = (program: Command): void => {
  program
    .command('demo')
    .description('gateway, simulated registry and sample orders in one process; its data is removed at the end')
    .option('--once', 'end when all orders have ended: with 0 if each ended as it should')
    .option('--profile <id...>', 'only these profiles')
    .option('--behave <name>', `make the registry misbehave: ${Object.keys(BEHAVIOURS).join(', ')}`, 'honest')
    .action(async (options: { once?: boolean; profile?: string[]; behave: string }) => {
      const good = await asCommandError(() =>
        runDemo({
          once: options.once === true,
          profiles: options.profile ?? [],
          behave: parseBehaviour(options.behave),
        }),
      )
      if (!good) throw new CommandError('not every order ended as it should; the reasons are above')
    })
}
