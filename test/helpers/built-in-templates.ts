import { createNoticeTemplates } from '../../src/notices/templates.js'
import { BUILT_IN_TEMPLATES, loadTemplates } from '../../src/profiles/load.js'
import { createTemplateRenderer } from '../../src/profiles/template.js'

/**
 * The templates that come with the package, read and compiled once: a gateway for each test, and a world for each of ten
 * thousand schedules, would do so with those of every registry each time.
 */
export const builtInSources = await loadTemplates({ builtIn: BUILT_IN_TEMPLATES, operators: null })
export const builtInRenderer = createTemplateRenderer(builtInSources)
export const builtInNotices = createNoticeTemplates(builtInSources)
