import { lstat, readdir, unlink } from 'node:fs/promises'
import * as path from 'node:path'
import type { RequestFile } from '../core/request-file.js'
import type { RequestFolder } from '../ports.js'
import { absent, codeOf, inFolder, makeFolder, writeWhole } from './owned-folder.js'

const OPEN = 'requests'
const MODE = 0o750

/** Requests for people below a folder of the operator: `ACCOUNT/requests/REFERENCE.txt`, and there `done` and `failed`. */
export const openRequestFolder = (root: string): RequestFolder => ({
  place: root,
  list: async () => {
    const accounts = await readdir(root, { withFileTypes: true })
    const folders = accounts.filter((entry) => entry.isDirectory()).map(({ name }) => name)
    return (await Promise.all(folders.map((account) => filesOf(root, account)))).flat()
  },
  add: async ({ account, name }, text) => {
    await makeFolder(path.join(root, account), MODE)
    await inFolder(path.join(root, account), async (own) => {
      await makeFolder(path.join(own, OPEN), MODE)
      await inFolder(path.join(own, OPEN), async (requests) => {
        if (!(await isThere(requests, name))) await writeWhole(requests, name, text)
      })
    })
  },
  end: ({ account, name }, { as, text }) =>
    inFolder(path.join(root, account), (own) =>
      inFolder(path.join(own, OPEN), async (requests) => {
        if (!(await isThere(requests, name))) return
        if (as !== 'dismissed') {
          await makeFolder(path.join(requests, as), MODE)
          await inFolder(path.join(requests, as), (ended) => writeWhole(ended, name, text))
        }
        // Last, so that after a break the file is found and ended once more.
        await unlink(path.join(requests, name)).catch(absent)
      }),
    ).catch((error: unknown) => void absent(error)),
})

/** An account that has no requests, or whose folder somebody else's program made, has no files. */
const filesOf = async (root: string, account: string): Promise<RequestFile[]> => {
  const inside = (own: string) => inFolder(path.join(own, OPEN), (requests) => readdir(requests))
  const names = await inFolder(path.join(root, account), inside).catch((error: unknown) => {
    if (NO_FOLDER.includes(codeOf(error))) return []
    throw error
  })
  return names.map((name) => ({ account, name }))
}

const NO_FOLDER = ['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES']

const isThere = async (folder: string, name: string): Promise<boolean> =>
  (await lstat(path.join(folder, name)).catch(absent)) !== null
