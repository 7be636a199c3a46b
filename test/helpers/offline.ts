import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { unzipSync } from 'fflate'

/** A bundle unpacked into an empty folder, as somebody has it who has no gateway; keys of gpg are in an empty home. */
export type Unpacked = {
  folder: string
  files: ReadonlyMap<string, Buffer>
  /** Writes the files as they were made, with this one changed. */
  restore(change?: { file: string; content: Buffer }): void
  /** Runs the commands of VERIFY.txt, section by section, as they stand there: the number of each that fails. */
  verify(): { failed: string[]; output: string }
  remove(): void
}

export const unpack = (zip: Buffer): Unpacked => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sealpost-evidence-'))
  const files = new Map(Object.entries(unzipSync(zip)).map(([name, content]) => [name, Buffer.from(content)]))
  const restore: Unpacked['restore'] = (change) => {
    for (const [name, content] of files) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
      writeFileSync(path.join(folder, name), change?.file === name ? change.content : content)
    }
  }
  restore()
  return {
    folder,
    files,
    restore,
    verify: () => {
      const home = mkdtempSync(path.join(tmpdir(), 'sealpost-gnupg-'))
      const results = sectionsOf(files.get('VERIFY.txt')?.toString() ?? '').map(({ title, commands }) => {
        // `-e`: each command has to hold, as somebody sees who runs them one by one.
        const env = { PATH: process.env['PATH'], GNUPGHOME: home, LC_ALL: 'C' }
        const run = spawnSync('sh', ['-e', '-c', commands], { cwd: folder, env, encoding: 'utf8' })
        return { title, status: run.status, output: `${title}\n${run.stdout}${run.stderr}` }
      })
      spawnSync('gpgconf', ['--kill', 'all'], { env: { PATH: process.env['PATH'], GNUPGHOME: home } })
      rmSync(home, { recursive: true, force: true })
      return {
        failed: results.filter(({ status }) => status !== 0).map(({ title }) => title.slice(0, 1)),
        output: results.map(({ output }) => output).join('\n'),
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Lines that begin with four spaces are commands. */
const sectionsOf = (page: string): { title: string; commands: string }[] =>
  page
    .split(/^(?=\d\. )/m)
    .slice(1)
    .map((section) => ({
      title: section.split('\n')[0] ?? '',
      commands: section
        .split('\n')
        .filter((line) => line.startsWith('    '))
        .map((line) => line.slice(4))
        .join('\n'),
    }))
