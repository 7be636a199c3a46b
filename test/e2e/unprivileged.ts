import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { MAIN, type Place } from './program.js'

const ROOT = path.dirname(path.dirname(MAIN))
const PROGRAM = ['dist', 'node_modules', 'package.json', 'prisma', 'templates']

/** Gives a place to the user `nobody`, whom the program then runs as; returns what removes a copy of it. Only root can. */
export const giveToNobody = (place: Place): (() => void) => {
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' })))
  if (uid === undefined || gid === undefined) throw new Error('there is no user nobody')
  execFileSync('chown', ['-R', `${uid}:${gid}`, place.folder])
  const { main, remove } = readable({ uid, gid })
  place.user = { uid, gid, main }
  return remove
}

/** The program itself, or a copy where a folder above it is closed to others, as /root is; links cost no room. */
const readable = (ids: { uid: number; gid: number }): { main: string; remove(): void } => {
  if (spawnSync('test', ['-r', MAIN], ids).status === 0) return { main: MAIN, remove: () => {} }
  const folder = mkdtempSync(path.join(tmpdir(), 'sealpost-program-'))
  chmodSync(folder, 0o755)
  for (const name of PROGRAM)
    if (spawnSync('cp', ['-al', path.join(ROOT, name), folder], { stdio: 'ignore' }).status !== 0)
      execFileSync('cp', ['-a', path.join(ROOT, name), folder])
  const remove = () => rmSync(folder, { recursive: true, force: true })
  return { main: path.join(folder, 'dist/main.js'), remove }
}
