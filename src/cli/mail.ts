import { type Command, Option } from 'commander'
import { ASSIGNED_OUTCOMES, MAIL_STAGES, type Verdict } from '../core/mail.js'
import type { MailView } from '../core/views.js'
import { callJson, callRaw, isLost, withGateway } from './gateway.js'
import { CommandError, EXIT, oneLine, print, printJson, shortTime, table } from './output.js'
import { settingsOrExit } from './settings.js'

const VERDICTS = ['trusted', 'untrusted', 'unsigned'] as const satisfies readonly Verdict['kind'][]

type IngestOptions = { to?: string; from?: string; json?: boolean }

/** `mail list|show|ingest|replay|assign`. */
export const mailCommands = (program: Command): void => {
  const mail = program.command('mail').description('stored mails')
  mail
    .command('list')
    .description('list the newest mails')
    .addOption(new Option('--direction <direction>', 'only those that came in or went out').choices(['in', 'out']))
    .addOption(new Option('--stage <stage>', 'only those at this stage').choices(MAIL_STAGES))
    .addOption(new Option('--verdict <verdict>', 'only those with this verdict').choices(VERDICTS))
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
        if (raw === true) process.stdout.write(await callRaw(gateway, 'GET', `${path}/raw`))
        else if (json === true) printJson(view)
        else describe(view)
      })
    })
  mail
    .command('ingest')
    .description('take a mail from standard input; exits 0 only once it is on disk, 75 otherwise')
    .option('--to <address>', 'the recipient of the envelope; else the header is searched for an address of ours')
    .option('--from <address>', "the sender of the envelope, '' for the null sender; else the header's Return-Path")
    .option('--json', 'print the ids as JSON')
    .addHelpText('after', POSTFIX)
    .action(async ({ to, from, json }: IngestOptions) => {
      try {
        const raw = await readStandardInput()
        if (raw.length === 0)
          throw new CommandError('standard input is empty; pipe a mail in: sealpost mail ingest < file.eml')
        const query = new URLSearchParams({
          ...(to === undefined ? {} : { to }),
          ...(from === undefined ? {} : { from }),
        })
        const path = `/local/mails/ingest${query.size === 0 ? '' : `?${query}`}`
        const settings = settingsOrExit()
        if (isLost(settings, process.env))
          throw new CommandError(
            `there is no database in ${settings.dataDir}: set SEALPOST_DATA to the gateway's folder`,
          )
        const answer = await withGateway(settings, (gateway) => callJson(gateway, 'POST', path, raw))
        if (json === true) printJson(answer)
        else print((answer as { ids: string[] }).ids.join('\n'))
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
      const path = `/v1/mails/${encodeURIComponent(id)}/replay`
      await withGateway(settingsOrExit(), (gateway) => callJson(gateway, 'POST', path, {}))
      print(`${id} is judged once more`)
    })
  mail
    .command('assign <id>')
    .description('decide what a mail means that was not understood, and put it to a domain')
    .requiredOption('--domain <name>', 'the domain that it is about')
    .addOption(
      new Option('--outcome <outcome>', 'what it means for the order of the domain')
        .choices(ASSIGNED_OUTCOMES)
        .makeOptionMandatory(),
    )
    .requiredOption('--note <text>', 'what it says, in a sentence')
    .option('--code <code>', 'of a refusal, as the registry gives it')
    .option('--json', 'print the mail as JSON')
    .action(async (id: string, { json, ...said }: { json?: boolean } & Record<string, string>) => {
      const path = `/v1/mails/${encodeURIComponent(id)}/assign`
      const view = (await withGateway(settingsOrExit(), (gateway) => callJson(gateway, 'POST', path, said))) as MailView
      if (json === true) printJson(view)
      else print(oneLine(`${view.id} is ${view.stage}: ${view.reason}`))
    })
}

const POSTFIX = `
In master.cf of Postfix, with sealpost_destination_recipient_limit = 1 in main.cf, since each call takes one recipient:
  sealpost unix - n n - 2 pipe user=sealpost null_sender= eol=\\r\\n
    argv=/usr/bin/env SEALPOST_DATA=/var/lib/sealpost /usr/local/bin/sealpost mail ingest --to \${recipient} --from \${sender}

The whole of it, and the way by SMTP, which is the better one: docs/mail-server.md`

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
  print(oneLine(`from ${mail.envelope.from || '<>'} to ${mail.envelope.to.join(', ')}`))
  if (mail.verdict !== null) print(oneLine(`${mail.verdict.kind}: ${mail.verdict.reason}`))
  if (mail.reason !== null) print(oneLine(mail.reason))
  if (mail.evidence !== null) print(oneLine(evidenceLine(mail.evidence)))
}

const evidenceLine = ({ spf, dkim, dmarc, domains }: NonNullable<MailView['evidence']>): string =>
  `sender: SPF ${spf}, DKIM ${dkim}, DMARC ${dmarc}${domains.from === null ? '' : ` for ${domains.from}`}`

const readStandardInput = async (): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}
