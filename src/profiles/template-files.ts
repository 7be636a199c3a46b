import { Fault, type Problem } from '../core/errors.js'
import { loadTemplates } from './load.js'
import type { TemplateFiles } from './profile.js'
import type { TemplateSources } from './template.js'

type Options = {
  /** What was read at the start. */
  sources: TemplateSources
  folders: { builtIn: string; operators: string | null }
  /** Everything that would keep templates from making requests. */
  check(sources: TemplateSources): Problem[]
}

/** The templates in use, and a look at what their folders hold now: the gateway reads them at its start alone. */
export const openTemplateFiles = ({ sources, folders, check }: Options): TemplateFiles => ({
  folder: folders.operators,
  inUse: (profile, action) => {
    const found = sources.get(`${profile}/${action}`)
    if (found === undefined) return null
    return { ...found, own: folders.operators !== null && found.file.startsWith(folders.operators) }
  },
  look: async () => {
    try {
      const now = await loadTemplates(folders)
      const names = [...new Set([...sources.keys(), ...now.keys()])]
      const changed = names.filter((name) => sources.get(name)?.source !== now.get(name)?.source)
      return { problems: check(now), changed: changed.sort() }
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      return { problems: [{ pointer: '', detail: error.message }], changed: [] }
    }
  },
})
