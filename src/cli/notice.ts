import { type Command, Option } from 'commander'
import { NOTICE_KINDS, NOTICE_STATES } from '../core/notice.js'
import type { NoticeView, ShownNoticeView } from '../core/notice-views.js'
import { callJson, withGateway } from './gateway.js'
import { oneLine, print, printJson, shortTime, table } from './output.js'
import { settingsOrExit } from './settings.js'

type Json = { json?: boolean }

/** `notice list|show|send` and `account notifications`. */
export const noticeCommands = (program: Command): void => {
  const notice = program.command('notice').description('mails to people, as docs/notifications.md says')
  listCommand(notice)
  notice
    .command('show <id>')
    .description('show a mail to people, and what became of it')
    .option('--json', 'print it as JSON')
    .action(async (id: string, { json }: Json) => {
      const shown = (await call('GET', `/v1/notices/${part(id)}`)) as ShownNoticeView
      if (json === true) printJson(shown)
      else describe(shown)
    })
  notice
    .command('send <id>')
    .description('send one that failed, was only recorded, or waits for its next try')
    .option('--json', 'print it as JSON')
    .action(async (id: string, { json }: Json) => {
      const sent = await call('POST', `/v1/notices/${part(id)}/send`)
      if (json === true) printJson(sent)
      else print(`${id} goes now`)
    })
  accountCommand(program)
}

const listCommand = (notice: Command): void => {
  notice
    .command('list')
    .description('list the newest 200')
    .addOption(new Option('--state <state>', 'only those in this state').choices(NOTICE_STATES))
    .addOption(new Option('--kind <kind>', 'only those of this kind').choices(NOTICE_KINDS))
    .option('--json', 'print them as JSON')
    .action(async ({ state, kind, json }: Json & { state?: string; kind?: string }) => {
      const query = new URLSearchParams({
        ...{ limit: '200' },
        ...(state === undefined ? {} : { state }),
        ...(kind === undefined ? {} : { kind }),
      })
      const { items } = (await call('GET', `/v1/notices?${query}`)) as { items: NoticeView[] }
      if (json === true) return printJson(items)
      const rows = items.map((one) => [one.id, shortTime(one.at), one.kind, one.to, one.domain ?? '', one.state])
      print(table([['ID', 'TIME', 'KIND', 'TO', 'DOMAIN', 'STATE'], ...rows]))
    })
}

const accountCommand = (program: Command): void => {
  program
    .command('account')
    .description('accounts of customers')
    .command('notifications <id>')
    .description('show whether an account is mailed what becomes of its domains, or switch that')
    .addOption(new Option('--mail <switch>', 'switch it').choices(['on', 'off']))
    .option('--json', 'print it as JSON')
    .action(async (id: string, { mail, json }: Json & { mail?: string }) => {
      const at = `/v1/accounts/${part(id)}/notifications`
      const answer = await (mail === undefined ? call('GET', at) : call('PUT', at, { mail: mail === 'on' }))
      if (json === true) return printJson(answer)
      print(`the mails to ${oneLine(id)} are ${(answer as { mail: boolean }).mail ? 'on' : 'off'}`)
    })
}

const describe = ({ mail, problem, ...notice }: ShownNoticeView): void => {
  print(`${notice.id}  ${notice.kind}  ${shortTime(notice.at)}  to ${oneLine(notice.to)}`)
  print(`${notice.state}, ${notice.attempts} tries${notice.answer === null ? '' : `: ${oneLine(notice.answer)}`}`)
  if (notice.nextAttemptAt !== null) print(`next try ${shortTime(notice.nextAttemptAt)}`)
  if (problem !== null) print(`it cannot be written: ${oneLine(problem)}`)
  if (mail === null) return
  print(`\nSubject: ${oneLine(mail.subject)}\n`)
  for (const line of mail.text.trimEnd().split('\n')) print(oneLine(line))
}

const call = (method: string, path: string, body?: object): Promise<unknown> =>
  withGateway(settingsOrExit(), (gateway) => callJson(gateway, method, path, body))

const part = (text: string): string => encodeURIComponent(text)
