import type { Command } from 'commander'

type Add = (program: Command) => void

/**
 * Every command, and the file that it is in. A command loads its own file and no other: the whole program takes a second of
 * the processor to load, and a mail that comes through a pipe needs a part of it.
 */
export const COMMANDS: readonly { names: readonly string[]; load(): Promise<Add> }[] = [
  { names: ['serve', 'migrate', 'config'], load: async () => (await import('./system.js')).systemCommands },
  { names: ['demo'], load: async () => (await import('./demo.js')).demoCommands },
  { names: ['simulate'], load: async () => (await import('./simulate.js')).simulateCommands },
  { names: ['connection'], load: async () => (await import('./connection.js')).connectionCommands },
  { names: ['order', 'preview'], load: async () => (await import('./order.js')).orderCommands },
  { names: ['ticket'], load: async () => (await import('./ticket.js')).ticketCommands },
  { names: ['tld'], load: async () => (await import('./tld.js')).tldCommands },
  { names: ['form'], load: async () => (await import('./form.js')).formCommands },
  { names: ['price'], load: async () => (await import('./price.js')).priceCommands },
  { names: ['import'], load: async () => (await import('./import.js')).importCommands },
  { names: ['keys'], load: async () => (await import('./keys.js')).keysCommands },
  { names: ['domain'], load: async () => (await import('./domain.js')).domainCommands },
  { names: ['log'], load: async () => (await import('./log.js')).logCommands },
  { names: ['mail'], load: async () => (await import('./mail.js')).mailCommands },
  { names: ['evidence'], load: async () => (await import('./evidence.js')).evidenceCommands },
  { names: ['erase'], load: async () => (await import('./erase.js')).eraseCommands },
  { names: ['webhook'], load: async () => (await import('./webhook.js')).webhookCommands },
  { names: ['rule'], load: async () => (await import('./rule.js')).ruleCommands },
  { names: ['notice', 'account'], load: async () => (await import('./notice.js')).noticeCommands },
  { names: ['template'], load: async () => (await import('./template.js')).templateCommands },
  { names: ['token', 'user'], load: async () => (await import('./access.js')).accessCommands },
  { names: ['backup'], load: async () => (await import('./backup.js')).backupCommands },
]

/** What adds the command of that name to the program; all of them for anything else, such as `--help`. */
export const commandsFor = (name: string | undefined): Promise<Add[]> => {
  const own = COMMANDS.filter(({ names }) => name !== undefined && names.includes(name))
  return Promise.all((own.length > 0 ? own : COMMANDS).map(({ load }) => load()))
}
