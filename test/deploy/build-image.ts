import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { isIgnored, ROOT, readCopy, readDockerfile, type Step } from './dockerfile.js'

export type Built = { root: string; remove(): void }

/**
 * Does what an engine does with the Dockerfile, but for its base image: each stage is a folder, in which its COPY and RUN
 * are carried out, with the absolute paths of the image led into that folder. Resolves to the folder of the last stage.
 */
export const buildImage = (): Built => {
  const place = mkdtempSync(path.join(tmpdir(), 'sealpost-image-'))
  chmodSync(place, 0o755)
  try {
    const stages = readDockerfile().map(({ name, steps }) => {
      const root = path.join(place, name ?? 'image')
      mkdirSync(root)
      carryOut(steps, root, place)
      return root
    })
    return { root: stages.at(-1) ?? place, remove: () => rmSync(place, { recursive: true, force: true }) }
  } catch (error) {
    rmSync(place, { recursive: true, force: true })
    throw error
  }
}

const carryOut = (steps: readonly Step[], root: string, place: string): void => {
  let workdir = root
  for (const step of steps) {
    if (step.word === 'WORKDIR') workdir = path.join(root, step.rest)
    mkdirSync(workdir, { recursive: true })
    if (step.word === 'COPY') copy(step, { root, workdir, place })
    if (step.word === 'RUN') run(step.rest, { root, workdir })
  }
}

const copy = (step: Step, { root, workdir, place }: { root: string; workdir: string; place: string }): void => {
  const { from, sources, target } = readCopy(step)
  const base = from === null ? ROOT : path.join(place, from)
  for (const source of sources) {
    const file = path.join(base, source)
    if (!existsSync(file)) throw new Error(`COPY ${step.rest}: ${file} is not there`)
    const at = path.resolve(target.startsWith('/') ? root : workdir, `./${target}`)
    const filter = (one: string) => from !== null || !isIgnored(path.relative(ROOT, one))
    cpSync(file, target.endsWith('/') ? path.join(at, path.basename(source)) : at, { recursive: true, filter })
  }
}

/** Folders of the image that the Dockerfile writes to; a symbolic link leads to where the image has its target. */
const OWN_FOLDERS = /(?<=\s)\/(?=(?:app|etc|usr|var)\/)/g

const run = (command: string, { root, workdir }: { root: string; workdir: string }): void => {
  for (const folder of ['usr/local/bin', 'var/lib', 'etc']) mkdirSync(path.join(root, folder), { recursive: true })
  const led = command.replace(OWN_FOLDERS, `${root}/`)
  execFileSync('sh', ['-ec', led], { cwd: workdir, stdio: ['ignore', 'inherit', 'inherit'], env: cleanEnv() })
}

/** Not that of the test, in which npm would find the repository. */
const cleanEnv = () => ({ PATH: process.env['PATH'], HOME: process.env['HOME'] })
