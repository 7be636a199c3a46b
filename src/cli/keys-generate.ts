import { type Command, InvalidArgumentError, Option } from 'commander'
import { generateKey, KEY_ALGORITHMS, KEY_SCHEMES, type KeyScheme, type MadeKey } from '../flows/generate-key.js'
import { withSecretFiles } from '../secret-files.js'
import { CommandError, EXIT, print, printJson } from './output.js'
import { settingsOrExit } from './settings.js'

type GenerateOptions = {
  name: string
  user: string
  scheme: KeyScheme
  algorithm?: string
  expires: Date | 'never'
  passphraseEnv?: string
  json?: boolean
}

/** `keys generate`. */
export const addGenerate = (keys: Command): void => {
  const { openpgp, x509 } = KEY_ALGORITHMS
  const algorithms = `for openpgp ${openpgp.join(', ')}; for smime ${x509.join(', ')}; the first unless said`
  keys
    .command('generate')
    .description('make a signing key of our own; it is never written over another file')
    .requiredOption('--name <name>', 'name of its file in SEALPOST_KEYS, such as hoster-main')
    .requiredOption('--user <user>', 'whose it is: "Hoster domains <domains@hoster.example>"')
    .addOption(new Option('--scheme <scheme>', 'what it signs with').choices(KEY_SCHEMES).default('openpgp'))
    .addOption(new Option('--algorithm <algorithm>', algorithms).choices([...new Set([...openpgp, ...x509])]))
    .addOption(
      new Option('--expires <when>', '2y, 90d, a date such as 2028-01-31, or never')
        .argParser((text) => readExpiry(text, new Date()))
        .default(readExpiry('2y', new Date()), '2y'),
    )
    .option('--passphrase-env <variable>', 'environment variable with a passphrase for it; without one it has none')
    .option('--json', 'print what was made as JSON')
    .action(async ({ json, name, user, scheme, algorithm, expires, passphraseEnv }: GenerateOptions) => {
      checkAlgorithm(scheme, algorithm)
      const { keysDir } = settingsOrExit()
      const made = await generateKey({
        ...{ keysDir, name, user, scheme, algorithm: algorithm ?? null, at: new Date() },
        ...{ expiresAt: expires === 'never' ? null : expires, passphrase: passphraseIn(passphraseEnv) },
      })
      if (json === true) printJson(made)
      else print(describe(made, keysDir, passphraseEnv))
    })
}

const checkAlgorithm = (scheme: KeyScheme, algorithm: string | undefined): void => {
  const known: readonly string[] = KEY_ALGORITHMS[scheme === 'smime' ? 'x509' : 'openpgp']
  if (algorithm === undefined || known.includes(algorithm)) return
  throw new CommandError(
    `--algorithm ${algorithm} is none for ${scheme}: choose one of ${known.join(', ')}`,
    EXIT.usage,
  )
}

const LONGEST_YEARS = 100

/** `2y`, `90d`, a date, or `never`: an end that is still to come, and not too far off for either form of key. */
const readExpiry = (text: string, now: Date): Date | 'never' => {
  if (text === 'never') return text
  const end = endOf(text, now)
  if (end > now && end <= later(now, { years: LONGEST_YEARS })) return end
  throw new InvalidArgumentError(
    `Give 2y, 90d, a date to come such as 2028-01-31, at most ${LONGEST_YEARS} years ahead, or never.`,
  )
}

/** An invalid date where the text is none of them. */
const endOf = (text: string, now: Date): Date => {
  const [, count, unit] = /^(\d{1,5})([yd])$/.exec(text) ?? []
  if (unit === 'y') return later(now, { years: Number(count) })
  if (unit === 'd') return later(now, { days: Number(count) })
  const date = new Date(/^\d{4}-\d\d-\d\d$/.test(text) ? text : Number.NaN)
  // A day that its month does not have would roll over to the next.
  return Number.isNaN(date.getTime()) || date.toISOString().startsWith(text) ? date : new Date(Number.NaN)
}

const later = (now: Date, { years = 0, days = 0 }): Date => {
  const end = new Date(now)
  end.setUTCFullYear(now.getUTCFullYear() + years, now.getUTCMonth(), now.getUTCDate() + days)
  return end
}

/** The passphrase in a variable that an option names; null where none does. */
export const passphraseIn = (variable: string | undefined): string | null => {
  if (variable === undefined) return null
  const passphrase = withSecretFiles(process.env)[variable]
  if (passphrase !== undefined && passphrase !== '') return passphrase
  throw new CommandError(
    `${variable} is not set: put the passphrase into that environment variable, or name a file with it in ${variable}_FILE`,
  )
}

const describe = (made: MadeKey, keysDir: string, passphraseEnv: string | undefined): string => {
  const until = made.expiresAt === null ? 'without an end' : `until ${made.expiresAt.slice(0, 10)}`
  const passphrase = passphraseEnv === undefined ? '' : `, and ${passphraseEnv} in signing.passphraseEnv`
  const request = `  ${made.requestFile}  the request, if the registry wants a certificate of an authority: add what it issues to ${made.file}`
  return [
    `${made.algorithm} for ${made.user}, ${until}`,
    `fingerprint ${made.fingerprint}`,
    `in ${keysDir}:`,
    `  ${made.file}  the private key: name it in signing.key${passphrase}`,
    `  ${made.publicFile}  for the registry, which should compare the fingerprint by another way than mail`,
    ...(made.requestFile === null ? [] : [request]),
  ].join('\n')
}
