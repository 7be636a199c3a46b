import { Command, CommanderError } from 'commander'
import { describe, expect, test } from 'vitest'
import { COMMANDS, commandsFor } from '../../src/cli/commands.js'
import { domainCommands } from '../../src/cli/domain.js'
import { logCommands } from '../../src/cli/log.js'
import { mailCommands } from '../../src/cli/mail.js'

/** The words that commander says about a wrong usage, before anything is done. */
const usageError = async (args: string[]): Promise<string> => {
  let said = ''
  const program = new Command('sealpost').exitOverride().configureOutput({
    writeErr: (text) => {
      said += text
    },
  })
  for (const add of [logCommands, mailCommands, domainCommands]) add(program)
  const error = await program.parseAsync(args, { from: 'user' }).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(CommanderError)
  return said
}

describe('wrong usage is found before the gateway is asked', () => {
  test.each([
    [['log', '--level', 'loud'], /info, warning, error/],
    [['log', '--limit', '0'], /1 to 200/],
    [['log', '--limit', '201'], /1 to 200/],
    [['log', '--limit', 'many'], /1 to 200/],
    [['mail', 'list', '--stage', 'lost'], /quarantined/],
    [['mail', 'list', '--direction', 'up'], /in, out/],
    [['mail', 'list', '--verdict', 'good'], /trusted, untrusted, unsigned/],
    [['domain', 'list', '--status', 'registered'], /Registered/],
  ])('%j', async (args, words) => {
    expect(await usageError(args)).toMatch(words)
  })
})

describe('a command loads its own file', () => {
  test.each(COMMANDS.map(({ names, load }) => [names, load] as const))('%j', async (names, load) => {
    const program = new Command('sealpost')
    ;(await load())(program)
    expect(program.commands.map((command) => command.name())).toEqual(names)
    for (const name of names) expect(await commandsFor(name)).toEqual([await load()])
  })

  test.each([[undefined], ['--help'], ['help'], ['nonsense']])('and %j loads all', async (name) => {
    expect(await commandsFor(name)).toHaveLength(COMMANDS.length)
  })
})
