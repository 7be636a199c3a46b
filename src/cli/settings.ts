import { readSettings, type Settings } from '../config.js'
import { CommandError } from './output.js'

/** The settings of this environment, or every problem of them at once. */
export const settingsOrExit = (): Settings => {
  const settings = readSettings(process.env)
  if (settings.ok) return settings.value
  const lines = settings.problems.map(({ pointer, detail }) => `${pointer} ${detail}`)
  throw new CommandError(`the settings are wrong:\n${lines.join('\n')}`)
}
