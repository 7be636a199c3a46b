import { constants } from 'node:fs'
import { access, realpath, stat } from 'node:fs/promises'
import * as path from 'node:path'

export type FoundScript = { ok: true; file: string } | { ok: false; problem: string }

/**
 * The file that a connection's `lookup` stands for: a path that begins with `/` and is taken from the root of the scripts.
 * Links are followed first, so that none leads out of there. `problem` is said of the path: `is no file in ...`.
 */
export const findScript = async (root: string | null, script: string): Promise<FoundScript> => {
  if (root === null) return not('needs SEALPOST_SCRIPTS: set it to the folder that the script is in')
  if (!script.startsWith('/'))
    return not('must begin with a slash: it is taken from SEALPOST_SCRIPTS, such as /check.sh')
  if (script.split('/').includes('..') || script.includes('\0'))
    return not('leads out of SEALPOST_SCRIPTS; give a path within it, such as /check.sh')
  const real = await realpath(root).catch(() => null)
  if (real === null) return not(`cannot be looked for: SEALPOST_SCRIPTS (${root}) is no folder that can be read`)
  const file = await realpath(path.join(real, script)).catch(() => null)
  if (file === null) return not(`is no file in SEALPOST_SCRIPTS (${root})`)
  if (!file.startsWith(`${real}${path.sep}`)) return not('is a link that leads out of SEALPOST_SCRIPTS')
  return (await isProgram(file)) ? { ok: true, file } : not('is no file that this program may execute; see chmod +x')
}

const not = (problem: string): FoundScript => ({ ok: false, problem })

const isProgram = async (file: string): Promise<boolean> => {
  const { isFile } = await stat(file).then(
    (found) => ({ isFile: found.isFile() }),
    () => ({ isFile: false }),
  )
  if (!isFile) return false
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  )
}
