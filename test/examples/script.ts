import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** An example as a reader runs it, in a process of its own. */
export type Script = {
  /** Ends it, with what it started, the hard way. */
  kill(): void
  /** Lines of its standard output so far. */
  lines: string[]
  /** Its first line that fits, once it comes. */
  line(fits: (text: string) => boolean): Promise<string>
  /** Its exit code and all that it said, once it has ended. */
  ended: Promise<{ code: number | null; errors: string }>
}

export const startScript = (command: string, args: string[], env: NodeJS.ProcessEnv): Script => {
  const child = spawn(command, args, {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, which can be ended as a whole: PHP leaves its workers behind.
    detached: true,
  })
  const lines: string[] = []
  const waiting: { fits: (text: string) => boolean; resolve: (text: string) => void }[] = []
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  createInterface({ input: child.stdout }).on('line', (text) => {
    lines.push(text)
    for (const { fits, resolve } of waiting) if (fits(text)) resolve(text)
  })
  const ended = new Promise<{ code: number | null; errors: string }>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, errors }))
  })
  const line = (fits: (text: string) => boolean): Promise<string> => {
    const found = lines.find(fits)
    if (found !== undefined) return Promise.resolve(found)
    const never = ended.then(({ code }) => {
      throw new Error(`${args.join(' ')} ended with ${code}: ${errors}${lines.join('\n')}`)
    })
    return Promise.race([new Promise<string>((resolve) => waiting.push({ fits, resolve })), never])
  }
  const kill = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // All of them have ended.
    }
  }
  return { kill, lines, line, ended }
}
