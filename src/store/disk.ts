import { statfs } from 'node:fs/promises'
import { hostname } from 'node:os'
import * as path from 'node:path'
import type { Disk } from '../ports.js'

type Look = (folder: string) => Promise<{ bavail: number; blocks: number; bsize: number }>

/** The disk that a folder is on, or will be once it is made. */
export const openDisk = (folder: string, look: Look = statfs): Disk => ({
  place: `${hostname()}:${folder}`,
  space: async () => {
    const { bavail, blocks, bsize } = await nearest(folder, look)
    return { free: bavail * bsize, size: blocks * bsize }
  },
})

const nearest = async (folder: string, look: Look): ReturnType<Look> => {
  try {
    return await look(folder)
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    const parent = path.dirname(folder)
    if (!isMissing || parent === folder) throw error
    return nearest(parent, look)
  }
}
