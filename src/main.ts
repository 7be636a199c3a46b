#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { commandsFor } from './cli/commands.js'
import { CommandError, EXIT } from './cli/output.js'
import { printable } from './core/action-log.js'
import { Fault, messageOf, Refusal } from './core/errors.js'

// Databases, sockets and keys that this process makes are its owner's alone, whatever the caller's umask allows.
process.umask(0o077)

// Whoever read our output has seen enough (`sealpost log | head`); other failures to print are defects.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

const program = new Command('sealpost')
  .description('The gateway between billing systems and domain registries that are driven by signed e-mail')
  .showHelpAfterError('(--help tells what it takes)')
  .exitOverride()
for (const add of await commandsFor(process.argv[2])) add(program)

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = exitCodeOf(error)
}

/** One sentence on standard error and the code that it ends with; a defect of ours shows its trace as well. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage // has told everything itself
  const known = error instanceof CommandError || error instanceof Refusal || error instanceof Fault
  const sentence = known ? error.message : `unexpected: ${messageOf(error)}`
  process.stderr.write(`sealpost: ${printable(sentence)}\n`)
  if (!known && error instanceof Error) process.stderr.write(`${error.stack}\n`)
  if (error instanceof CommandError) return error.exitCode
  return error instanceof Fault && error.temporary ? EXIT.temporary : EXIT.failed
}
