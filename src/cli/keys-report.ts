import type { Command } from 'commander'
import { Fault, messageOf } from '../core/errors.js'
import { type KeyReport, type KeyUse, type ListedKey, listKeysAlone } from '../flows/list-keys.js'
import { withSecretFiles } from '../secret-files.js'
import { callJson, hasDatabase, isServed, withGateway } from './gateway.js'
import { CommandError, EXIT, oneLine, print, printJson } from './output.js'
import { settingsOrExit } from './settings.js'

type ReportOptions = { json?: boolean }

/** `keys list` and `keys check`. */
export const addReports = (keys: Command): void => {
  keys
    .command('list')
    .description('list the keys, whose they are, and what uses them')
    .option('--json', 'print them as JSON')
    .action(async ({ json }: ReportOptions) => {
      const report = await readReport()
      if (json === true) return printJson(report)
      for (const key of report.keys) print(describe(key, report.unknownUses))
      if (report.keys.length === 0) print(`there are no keys in ${settingsOrExit().keysDir}`)
      if (report.unknownUses !== null) print(`which connections use them is not known: ${report.unknownUses}`)
    })
  keys
    .command('check')
    .description('try every key that a connection uses; exits 1 when one of them cannot be used')
    .option('--json', 'print what was found as JSON')
    .addHelpText('after', '\nWarns 60, 30, 7 and 1 days before a key ends, or the time that a connection uses it for.')
    .action(async ({ json }: ReportOptions) => {
      const report = await readReport()
      const errors = report.notices.filter(({ level }) => level === 'error')
      if (json === true) printJson(report)
      else for (const { level, text } of report.notices) if (level !== 'error') print(`${level}: ${oneLine(text)}`)
      if (report.unknownUses !== null)
        throw new CommandError(
          `which keys the connections use is not known: ${report.unknownUses}`,
          (await isWithoutDatabase()) ? EXIT.failed : EXIT.temporary,
        )
      if (errors.length > 0) throw new CommandError(errors.map(({ text }) => text).join('\n'))
      if (json !== true) print(usedWords(report))
    })
}

const usedWords = ({ keys }: KeyReport): string => {
  const used = keys.filter(({ uses, problem }) => problem === null && uses.some((use) => use.for !== 'relay')).length
  if (used === 0) return 'no connection uses a key'
  return used === 1 ? 'the key that connections use is good' : `the ${used} keys that connections use are good`
}

/**
 * Of the gateway that runs, which has the passphrases; or of this process. The keys are told without a database too, and to
 * look must not make one that is not there: where nobody is asked, nothing is said to be good.
 */
const readReport = async (): Promise<KeyReport> => {
  const settings = settingsOrExit()
  const env = withSecretFiles(process.env)
  if (await isWithoutDatabase())
    return listKeysAlone(settings.keysDir, env, `${settings.dataDir} holds no database; ${NO_DATABASE}`)
  try {
    return (await withGateway(settings, (gateway) => callJson(gateway, 'GET', '/local/keys'))) as KeyReport
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return listKeysAlone(settings.keysDir, env, messageOf(error))
  }
}

const isWithoutDatabase = async (): Promise<boolean> => {
  const settings = settingsOrExit()
  return settings.databaseUrl === null && !hasDatabase(settings) && !(await isServed(settings))
}

const NO_DATABASE = "give the gateway's folder in SEALPOST_DATA, or add the first connection"

type Words = Pick<NonNullable<ListedKey['key']>, 'format' | 'secret' | 'ca' | 'algorithm' | 'expiresAt'>

/** Such as `OpenPGP private key, Ed25519, until 2028-01-31`. */
export const keyWords = ({ format, secret, ca, algorithm, expiresAt }: Words): string => {
  const kind =
    format === 'openpgp'
      ? `OpenPGP ${secret ? 'private' : 'public'} key`
      : `${ca ? "authority's " : ''}certificate${secret ? ' with its private key' : ''}`
  return `${kind}, ${algorithm}, ${expiresAt === null ? 'without an end' : `until ${expiresAt.slice(0, 10)}`}`
}

const describe = ({ file, key, uses, problem }: ListedKey, unknownUses: string | null): string =>
  [
    `${file}  ${key === null ? unreadWords(uses, problem) : keyWords(key)}`,
    ...(key === null ? [] : [...key.userIds.map(oneLine), `fingerprint ${key.fingerprint}`]).map(indented),
    ...(unknownUses === null ? [indented(usesWords(uses))] : []),
    ...(problem === null ? [] : [indented(oneLine(problem))]),
  ].join('\n')

const unreadWords = (uses: readonly KeyUse[], problem: string | null): string => {
  if (problem !== null) return 'no key that can be read'
  return uses.some((use) => use.for === 'dkim') ? 'a private key for DKIM' : 'certificates of authorities'
}

const indented = (text: string): string => `  ${text}`

const PURPOSES = {
  signing: 'signs for',
  trust: 'vouches for the registry of',
  relay: 'vouches for the mail server of',
  dkim: 'vouches by DKIM for',
} as const

const usesWords = (uses: readonly KeyUse[]): string =>
  uses.length === 0
    ? 'no connection uses it'
    : uses.map((use) => `${PURPOSES[use.for]} "${oneLine(use.title)}"`).join(', ')
