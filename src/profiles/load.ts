/**
 * The only part of the profiles that touches the file system: finds the profiles by their folders, so that none is named
 * elsewhere, and reads their templates.
 */
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Fault, messageOf } from '../core/errors.js'
import type { DemoStory } from './demo.js'
import type { Profile } from './profile.js'
import type { TemplateSource } from './template.js'

const HERE = fileURLToPath(new URL('.', import.meta.url))

/** The templates that come with the package; the same folder from the sources and from the build. */
export const BUILT_IN_TEMPLATES = fileURLToPath(new URL('../../templates', import.meta.url))

/**
 * Every profile, by id. A profile is a folder beside this file whose `index` exports `profile` under the folder's name.
 * Throws `Fault` (profile-broken) where a folder is not one.
 */
export const loadProfiles = async (): Promise<Map<string, Profile>> => {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const entries = await readdir(HERE, { withFileTypes: true })
  const ids = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  const profiles = await Promise.all(ids.sort().map((id) => loadProfile(id, join(HERE, id, `index.${extension}`))))
  return new Map(profiles.map((profile) => [profile.id, profile]))
}

/** The stories that `sealpost demo` can play, by profile: those that have a `demo` beside their `index`. */
export const loadDemos = async (): Promise<Map<string, DemoStory>> => {
  const demos = new Map<string, DemoStory>()
  for (const id of (await loadProfiles()).keys()) {
    const file = join(HERE, id, `demo.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`)
    if (!existsSync(file)) continue
    const module: unknown = await import(/* @vite-ignore */ pathToFileURL(file).href)
    if (hasDemo(module)) demos.set(id, module.demo)
  }
  return demos
}

/**
 * Every template, by `<profile>/<action>`. A file of the operators' folder takes the place of the built-in one of the same
 * name; an operators' folder that is not there counts as empty. Throws `Fault` (template-unreadable).
 */
export const loadTemplates = async (folders: {
  builtIn: string
  operators: string | null
}): Promise<Map<string, TemplateSource>> => {
  const builtIn = await readTemplates(folders.builtIn)
  const operators = folders.operators === null ? [] : await readTemplates(folders.operators)
  return new Map([...builtIn, ...operators])
}

const loadProfile = async (id: string, file: string): Promise<Profile> => {
  const broken = (problem: string, cause?: unknown) =>
    new Fault('profile-broken', `the profile ${id} (${file}) ${problem}`, { temporary: false, cause })
  const module: unknown = await import(/* @vite-ignore */ pathToFileURL(file).href).catch((error: unknown) => {
    throw broken(`cannot be loaded: ${messageOf(error)}`, error)
  })
  if (!hasProfile(module)) throw broken('exports no "profile"; install the package again')
  if (module.profile.id !== id) throw broken(`has the id ${module.profile.id}; it must be that of its folder`)
  return module.profile
}

const hasDemo = (module: unknown): module is { demo: DemoStory } =>
  typeof module === 'object' && module !== null && 'demo' in module

/** The package's own code: its shape was checked when it was compiled, only its presence is not certain. */
const hasProfile = (module: unknown): module is { profile: Profile } =>
  typeof module === 'object' &&
  module !== null &&
  'profile' in module &&
  typeof module.profile === 'object' &&
  module.profile !== null &&
  'id' in module.profile &&
  'channel' in module.profile

const readTemplates = async (folder: string): Promise<[string, TemplateSource][]> => {
  const profiles = await listFolder(folder)
  const found = await Promise.all(
    profiles
      .filter((entry) => entry.isDirectory())
      .map(async ({ name }) => {
        const files = await listFolder(join(folder, name))
        return Promise.all(
          files
            .filter((entry) => entry.name.endsWith('.liquid'))
            .map((entry) => readTemplate(name, join(folder, name, entry.name))),
        )
      }),
  )
  return found.flat().sort(([a], [b]) => (a < b ? -1 : 1))
}

const readTemplate = async (profile: string, file: string): Promise<[string, TemplateSource]> => {
  try {
    const source = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file))
    return [`${profile}/${basename(file, '.liquid')}`, { file, source }]
  } catch (error) {
    throw unreadable(file, error)
  }
}

const listFolder = async (folder: string) => {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw unreadable(folder, error)
  }
}

const unreadable = (path: string, cause: unknown) =>
  new Fault('template-unreadable', `${path} cannot be read as a template in UTF-8: ${messageOf(cause)}`, {
    temporary: false,
    cause,
  })
