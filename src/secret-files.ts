import { readFileSync } from 'node:fs'
import type { Env } from './config.js'
import { Fault, messageOf } from './core/errors.js'

/**
 * The environment in which a passphrase or password that is not set as `NAME` is read from the file that `NAME_FILE` names,
 * without its last line end, each time it is needed: that is how containers and systemd hand over secrets. Files that
 * nobody asks for are not touched. Throws `Fault` at the look-up where the file cannot be read.
 */
export const withSecretFiles = (env: Env): Env => {
  const seen: Record<string, string | undefined> = { ...env }
  for (const [variable, file] of Object.entries(env)) {
    const name = /^(.+)_FILE$/.exec(variable)?.[1]
    if (name === undefined || file === undefined || env[name] !== undefined) continue
    Object.defineProperty(seen, name, { get: () => readSecretFile(variable, file) })
  }
  return seen
}

const readSecretFile = (variable: string, file: string): string => {
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '')
  } catch (cause) {
    const text = `${variable} names ${file}, which cannot be read (${messageOf(cause)}): let the gateway read it, or name another`
    throw new Fault('secret-unreadable', text, { temporary: false, cause })
  }
}
