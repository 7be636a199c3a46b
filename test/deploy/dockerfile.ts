import { readFileSync } from 'node:fs'
import * as path from 'node:path'

export const ROOT = path.resolve(import.meta.dirname, '../..')

export type Step = { word: string; rest: string }
/** `name` is what later stages call it by; null for the last. */
export type Stage = { name: string | null; steps: Step[] }

/** The Dockerfile's stages; continued lines are joined, comments are left out, and no other syntax is known. */
export const readDockerfile = (): Stage[] => {
  const text = readFileSync(path.join(ROOT, 'Dockerfile'), 'utf8')
  const lines = text
    .replace(/^#.*\n/gm, '')
    .replace(/\s*\\\n\s*/g, ' ')
    .split('\n')
  const stages: Stage[] = []
  for (const line of lines) {
    const [, word, rest] = /^([A-Z]+) (.+)$/.exec(line) ?? []
    if (word === undefined || rest === undefined) {
      if (line !== '') throw new Error(`the Dockerfile has a line that this test cannot read: ${line}`)
    } else if (word === 'FROM') stages.push({ name: / AS (\S+)$/.exec(rest)?.[1] ?? null, steps: [] })
    else stages.at(-1)?.steps.push({ word, rest })
  }
  return stages
}

/** `from` is null for what comes from the repository. */
export type Copy = { from: string | null; sources: string[]; target: string }

export const readCopy = ({ rest }: Step): Copy => {
  const words = rest.split(' ')
  const from = /^--from=(\S+)$/.exec(words[0] ?? '')?.[1] ?? null
  const paths = from === null ? words : words.slice(1)
  const odd = paths.find((word) => word.startsWith('--'))
  if (odd !== undefined || paths.length < 2) throw new Error(`COPY ${rest} is more than this test can read`)
  return { from, sources: paths.slice(0, -1), target: paths.at(-1) ?? '' }
}

/** Of an image: what ENV sets. */
export const readEnv = (stage: Stage): Record<string, string> =>
  Object.fromEntries(
    stage.steps
      .filter(({ word }) => word === 'ENV')
      .flatMap(({ rest }) => [...rest.matchAll(/([A-Z_]+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value])),
  )

/** The arguments of `CMD [...]`, `ENTRYPOINT [...]` or `HEALTHCHECK ... CMD [...]`. */
export const readWords = (stage: Stage, word: string): string[] => {
  const found = stage.steps.find((step) => step.word === word)?.rest ?? ''
  return JSON.parse(found.slice(found.indexOf('['))) as string[]
}

/** Whether .dockerignore keeps a file of the repository out of the image; the last line that fits decides. */
export const isIgnored = (file: string): boolean => {
  const lines = readFileSync(path.join(ROOT, '.dockerignore'), 'utf8').split('\n')
  let ignored = false
  for (const line of lines.filter((text) => text !== '' && !text.startsWith('#'))) {
    const pattern = line.replace(/^!/, '')
    const fits = pattern === '*' || file === pattern || file.startsWith(`${pattern}/`)
    if (fits) ignored = !line.startsWith('!')
  }
  return ignored
}
