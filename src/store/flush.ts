import * as fs from 'node:fs'
import * as path from 'node:path'

/** Brings a folder with everything in it to the disk. */
export const flushTree = (folder: string): void => {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const at = path.join(folder, entry.name)
    if (entry.isDirectory()) flushTree(at)
    else if (entry.isFile()) flushPath(at)
  }
  flushPath(folder)
}

/** Brings a file, or the names in a folder, to the disk. */
export const flushPath = (at: string): void => {
  const fd = fs.openSync(at, 'r')
  try {
    fs.fsyncSync(fd)
  } finally {
    fs.closeSync(fd)
  }
}
