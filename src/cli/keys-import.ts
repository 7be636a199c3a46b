import { open } from 'node:fs/promises'
import * as path from 'node:path'
import type { Command } from 'commander'
import { Fault, Refusal } from '../core/errors.js'
import { type ImportedKey, importKey, MAX_KEY_FILE } from '../flows/import-key.js'
import { passphraseIn } from './keys-generate.js'
import { keyWords } from './keys-report.js'
import { CommandError, oneLine, print, printJson } from './output.js'
import { settingsOrExit } from './settings.js'

type ImportOptions = { file: string; name?: string; passphraseEnv?: string; replace?: boolean; json?: boolean }

/** `keys import`. */
export const addImport = (keys: Command): void => {
  keys
    .command('import')
    .description('put a key or certificate that you have as a file into SEALPOST_KEYS')
    .requiredOption(
      '--file <file>',
      'an OpenPGP key, a certificate (PEM or DER), or a private key with its certificate (PEM or PKCS#12)',
    )
    .option('--name <name>', 'its name in SEALPOST_KEYS; that of the file unless said')
    .option('--passphrase-env <variable>', 'environment variable with its passphrase, to try it; PKCS#12 needs it')
    .option('--replace', 'put it in the place of what has that name')
    .option('--json', 'print what was imported as JSON')
    .action(async ({ file, name, passphraseEnv, replace = false, json }: ImportOptions) => {
      const { keysDir } = settingsOrExit()
      const known = { keysDir, name: name ?? path.basename(file), replace, at: new Date() }
      const passphrase = passphraseIn(passphraseEnv)
      const imported = await importKey({ ...known, bytes: await readWhole(file), passphrase }).catch((error) => {
        throw explained(error, file, passphraseEnv)
      })
      if (json === true) printJson(imported)
      else print(describe(imported, keysDir))
    })
}

const readWhole = async (file: string): Promise<Buffer> => {
  try {
    const handle = await open(file, 'r')
    try {
      const { size } = await handle.stat()
      if (size > MAX_KEY_FILE) throw new Error(`it has ${size} octets, more than any key`)
      return await handle.readFile()
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw new CommandError(`${file} cannot be read: ${error instanceof Error ? error.message : error}`)
  }
}

/** What is said of passphrases elsewhere is about connections; here they come by an option, as what is to be done does. */
const explained = (error: unknown, file: string, passphraseEnv: string | undefined): unknown => {
  if (error instanceof Refusal && error.code === 'conflict')
    return new CommandError(`${error.message.replace(/\.$/, '')} (--name, --replace)`)
  if (!(error instanceof Fault) || error.code !== 'key-locked') return error
  return new CommandError(
    passphraseEnv === undefined
      ? `${file} has a passphrase: name the environment variable with it by --passphrase-env`
      : `the passphrase in ${passphraseEnv} does not open ${file}`,
  )
}

const describe = (imported: ImportedKey, keysDir: string): string => {
  const { file, secret, ca, fingerprint, userIds, problem, written } = imported
  const use = secret
    ? `name it in signing.key of a connection`
    : `compare the fingerprint with the ${ca ? 'authority' : 'registry'} by another way than mail before you name it in trust.keys`
  return [
    `${file}  ${keyWords(imported)}${written ? '' : ', which was there already'}`,
    ...userIds.map((owner) => `  ${oneLine(owner)}`),
    `  fingerprint ${fingerprint}`,
    ...(problem === null ? [] : [`  warning: ${problem}`]),
    `  in ${keysDir}: ${use}`,
  ].join('\n')
}
