import type { Command } from 'commander'
import type { MailView } from '../core/views.js'
import { callJson, withGateway } from './gateway.js'
import { CommandError, EXIT, print, printJson, shortTime, table } from './output.js'
import { settingsOrExit } from './settings.js'

/** `mail list|show|ingest|replay`. */
export const mailCommands = (program: Command): void => {
  const mail = program.command('mail').description('stored mails')
  mail
    .command('list')
    .description('list the newest mails')
    .option('--direction <direction>', 'in or out')
    .option('--stage <stage>', 'only those at this stage')
    .option('--verdict <verdict>', 'trusted, untrusted or unsigned')
    .option('--json', 'print them as JSON')
    .action(async ({ json, ...filter }: { json?: boolean } & Record<string, string>) => {
      const query = new URLSearchParams({ limit: '200', ...filter })
      const answer = await withGateway(settingsOrExit(), (gateway) => callJson(gateway, 'GET', `/v1/mails?${query}`))
      const { items } = answer as { items: MailView[] }
      if (json === true) return printJson(items)
      print(table([['ID', 'TIME', 'WAY', 'STAGE', 'VERDICT', 'FROM'], ...items.map(row)]))
    })
  mail
    .command('show <id>')
    .description('show a mail')
    .option('--raw', 'print the exact octets')
    .option('--json', 'print it as JSON')
    .action(async (id: string, { raw, json }: { raw?: boolean; json?: boolean }) => {
      const path = `/v1/mails/${encodeURIComponent(id)}`
      await withGateway(settingsOrExit(), async (gateway) => {
        const view = (await callJson(gateway, 'GET', path)) as MailView
        if (raw === true) process.stdout.write((await gateway.call('GET', `${path}/raw`)).body)
        else if (json === true) printJson(view)
        else describe(view)
      })
    })
  mail
    .command('ingest')
    .description('take a mail from standard input; exits 0 only once it is on disk, 75 otherwise')
    .action(async () => {
      const raw = await readStandardInput()
      if (raw.length === 0)
        throw new CommandError('standard input holds no mail; pipe one in: sealpost mail ingest < file.eml', EXIT.usage)
      try {
        const answer = await withGateway(settingsOrExit(), (gateway) =>
          callJson(gateway, 'POST', '/local/mails/ingest', raw),
        )
        print((answer as { ids: string[] }).ids.join('\n'))
      } catch (error) {
        throw new CommandError(
          `the mail was not stored: ${error instanceof Error ? error.message : error}`,
          EXIT.temporary,
        )
      }
    })
  mail
    .command('replay <id>')
    .description('judge a stored mail once more')
    .action(async (id: string) => {
      const path = `/local/mails/${encodeURIComponent(id)}/replay`
      await withGateway(settingsOrExit(), (gateway) => callJson(gateway, 'POST', path, {}))
      print(`${id} is judged once more`)
    })
}

const row = (mail: MailView): string[] => [
  mail.id,
  shortTime(mail.receivedAt),
  mail.direction,
  mail.stage,
  mail.verdict?.kind ?? '',
  mail.envelope.from,
]

const describe = (mail: MailView): void => {
  print(`${mail.id}  ${mail.direction}  ${mail.stage}  ${shortTime(mail.receivedAt)}  ${mail.size} octets`)
  print(`from ${mail.envelope.from || '<>'} to ${mail.envelope.to.join(', ')}`)
  if (mail.verdict !== null) print(`${mail.verdict.kind}: ${mail.verdict.reason}`)
  if (mail.reason !== null) print(mail.reason)
}

const readStandardInput = async (): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}
