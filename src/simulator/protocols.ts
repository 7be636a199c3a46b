import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { extname } from 'node:path'
import { SimulatorError } from './errors.js'
import type { Personality } from './personality.js'
import type { MakeServerPersonality } from './server-personality.js'

const here = new URL('./', import.meta.url)
const file = `personality${extname(import.meta.url)}`
const serverFile = `server${extname(import.meta.url)}`

/** The ids of the protocols that the simulator speaks by mail: the folders beside this file that have a `personality`. */
export const listProtocols = (): Promise<string[]> => foldersWith(file)

/** Those that it speaks over HTTPS: the folders that have a `server`. */
export const listServers = (): Promise<string[]> => foldersWith(serverFile)

const foldersWith = async (name: string): Promise<string[]> => {
  const entries = await readdir(here, { withFileTypes: true })
  const ids = entries.filter((entry) => entry.isDirectory() && existsSync(new URL(`${entry.name}/${name}`, here)))
  return ids.map((entry) => entry.name).sort()
}

/**
 * The personality of that protocol, the default export of `ID/personality`. A newcomer adds that folder and nothing
 * else. Throws `SimulatorError` (usage) with the list of those that there are.
 */
export const loadProtocol = async (id: string): Promise<Personality> => {
  const known = await listProtocols()
  if (!known.includes(id))
    throw new SimulatorError('usage', `${id}: the simulator does not speak it; choose one of ${known.join(', ')}`)
  const module: object = await import(new URL(`${id}/${file}`, here).href)
  const personality: unknown = 'default' in module ? module.default : undefined
  if (!isPersonality(personality))
    throw new SimulatorError('file', `src/simulator/${id}/${file}: its default export is no Personality; export one`)
  return personality
}

/** The same of a protocol over HTTPS, the default export of `ID/server`. */
export const loadServer = async (id: string): Promise<MakeServerPersonality> => {
  const known = await listServers()
  if (!known.includes(id))
    throw new SimulatorError('usage', `${id}: the simulator does not speak it; choose one of ${known.join(', ')}`)
  const module: object = await import(new URL(`${id}/${serverFile}`, here).href)
  const make: unknown = 'default' in module ? module.default : undefined
  if (typeof make !== 'function')
    throw new SimulatorError(
      'file',
      `src/simulator/${id}/${serverFile}: its default export makes nothing; export one that does`,
    )
  return make as MakeServerPersonality
}

const isPersonality = (value: unknown): value is Personality =>
  typeof value === 'object' &&
  value !== null &&
  'id' in value &&
  typeof value.id === 'string' &&
  ['handle', 'refuse', 'unauthenticated'].every((name) => typeof Reflect.get(value, name) === 'function')
