import { type Command, Option } from 'commander'
import { callJson, withGateway } from './gateway.js'
import { CommandError, print, printJson, shortTime, table } from './output.js'
import { readSecretLine } from './secret-line.js'
import { settingsOrExit } from './settings.js'

type TokenOptions = { name: string; scope: string; account?: string; json?: boolean }

type TokenView = {
  name: string
  scope: string
  account: string | null
  /** The console user, where one did; `personal`: it stands for them. */
  madeBy: string | null
  personal: boolean
  createdAt: string
  usedAt: string | null
}
type UserView = {
  name: string
  role: string
  createdAt: string
  disabledAt: string | null
  secondFactor: boolean
  issuer: string | null
}
type LinkView = { path: string; url: string | null; until: string }

/** `token create|list|revoke` and `user create|list|role|disable|enable|password|link|identity|second-factor`. */
export const accessCommands = (program: Command): void => {
  const token = program.command('token').description('API tokens')
  addTokenCreate(token)
  addTokenRest(token)
  const user = program.command('user').description('console users')
  addUserCreate(user)
  addUserList(user)
  addUserChanges(user)
}

const call = (method: string, path: string, body?: object): Promise<unknown> =>
  withGateway(settingsOrExit(), (gateway) => callJson(gateway, method, path, ...(body === undefined ? [] : [body])))

const addTokenCreate = (token: Command): void => {
  token
    .command('create')
    .description('create a token; it is shown once')
    .requiredOption('--name <name>', 'whose it is, for the action log')
    .addOption(new Option('--scope <scope>', 'what it may do').choices(['billing', 'admin']).makeOptionMandatory())
    .option('--account <id>', 'only orders of this account')
    .option('--json', 'print the token and what it may do as JSON')
    .action(async ({ name, scope, account, json }: TokenOptions) => {
      const answer = await call('POST', '/local/tokens', { name, scope, account: account ?? null })
      if (json === true) printJson(answer)
      else print((answer as { token: string }).token)
    })
}

const addTokenRest = (token: Command): void => {
  token
    .command('list')
    .description('list the tokens, not their secrets, and when each was last used, to the hour')
    .option('--json', 'print them as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const { items } = (await call('GET', '/local/tokens')) as { items: TokenView[] }
      if (json === true) return printJson(items)
      const rows = items.map(({ name, scope, account, madeBy, personal, createdAt, usedAt }) => [
        ...[name, scope, account ?? 'all', shortTime(createdAt), usedAt === null ? 'never' : shortTime(usedAt)],
        madeBy === null ? '' : personal ? `${madeBy}, and stands for them` : madeBy,
      ])
      print(table([['NAME', 'SCOPE', 'ACCOUNT', 'MADE', 'LAST USED', 'MADE BY'], ...rows]))
    })
  token
    .command('revoke <name>')
    .description('take a token away; the next call with it is refused')
    .action(async (name: string) => {
      await call('POST', '/local/tokens/revoke', { name })
      print(`the token ${name} was revoked`)
    })
}

const ROLES = ['viewer', 'operator', 'admin']

const addUserCreate = (user: Command): void => {
  user
    .command('create')
    .description('create a user; the password is asked for, or read from standard input')
    .requiredOption('--name <name>', 'the name to sign in with')
    .addOption(new Option('--role <role>', 'what they may do').choices(ROLES).makeOptionMandatory())
    .option('--json', 'print the user as JSON')
    .action(async ({ name, role, json }: { name: string; role: string; json?: boolean }) => {
      const answer = await call('POST', '/local/users', { name, role, password: await newPassword() })
      if (json === true) printJson(answer)
      else print(`${name} may sign in now`)
    })
}

const addUserList = (user: Command): void => {
  user
    .command('list')
    .description('list the users')
    .option('--json', 'print them as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const { items } = (await call('GET', '/local/users')) as { items: UserView[] }
      if (json === true) return printJson(items)
      const rows = items.map(({ name, role, createdAt, disabledAt, secondFactor, issuer }) => [
        ...[name, role, secondFactor ? 'yes' : 'no', issuer ?? '', shortTime(createdAt)],
        disabledAt === null ? '' : 'disabled',
      ])
      print(table([['NAME', 'ROLE', 'SECOND FACTOR', 'ISSUER', 'ADDED', ''], ...rows]))
    })
}

const addUserChanges = (user: Command): void => {
  user
    .command('role <name>')
    .description('change what a user may do; what they have open ends')
    .addOption(new Option('--role <role>', 'what they may do').choices(ROLES).makeOptionMandatory())
    .action(async (name: string, { role }: { role: string }) => {
      await call('PATCH', '/local/users', { name, role })
      print(`${name} has the role ${role}`)
    })
  for (const { verb, disabled, description, done } of SWITCHES)
    user
      .command(`${verb} <name>`)
      .description(description)
      .action(async (name: string) => {
        await call('PATCH', '/local/users', { name, disabled })
        print(`${name} ${done}`)
      })
  user
    .command('password <name>')
    .description(
      'give a user another password, which is asked for or read from standard input; what they have open ends',
    )
    .action(async (name: string) => {
      await call('POST', '/local/users/password', { name, password: await newPassword() })
      print(`${name} has another password`)
    })
  user
    .command('link <name>')
    .description(
      'print a link, good once within a day, to set a new password with, or to sign in with where passwords are switched off',
    )
    .option('--json', 'print it as JSON')
    .action(async (name: string, { json }: { json?: boolean }) => {
      const link = (await call('POST', '/local/users/link', { name })) as LinkView
      if (json === true) return printJson(link)
      print(link.url ?? `at the address of the console: ${link.path}`)
    })
  user
    .command('identity <name>')
    .description('about who a user is at the issuer of OpenID Connect')
    .requiredOption('--forget', 'forget it: whom the issuer calls so at the next sign-in is this user')
    .action(async (name: string) => {
      await call('POST', '/local/users/identity', { name })
      print(`the identity of ${name} is forgotten`)
    })
  user
    .command('second-factor <name>')
    .description('about the second factor of a user who has lost it')
    .requiredOption('--remove', 'take it away: no code is asked for')
    .action(async (name: string) => {
      await call('POST', '/local/users/second-factor', { name })
      print(`${name} has no second factor any more`)
    })
}

const SWITCHES = [
  {
    ...{ verb: 'disable', disabled: true, done: 'may not sign in any more' },
    description: 'let a user sign in no more; what they have open ends',
  },
  { verb: 'enable', disabled: false, description: 'let a user sign in again', done: 'may sign in again' },
]

const newPassword = async (): Promise<string> => {
  const password = await readSecretLine('Password')
  if (password === '') throw new CommandError('no password was given; type one, or pipe it in')
  return password
}
