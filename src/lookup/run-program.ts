import { type ChildProcess, spawn } from 'node:child_process'
import { messageOf } from '../core/errors.js'

/** How a program ended: by itself, or why there is nothing to go by. */
export type Ending = { kind: 'ended'; code: number; output: string } | { kind: 'failed'; reason: string }

/** Octets of standard output that are read; whoever writes more is stopped. */
const MOST_OUTPUT = 1_024

/**
 * Runs a program without a shell, with one argument, an empty environment and nothing to read, in a process group of its
 * own: when its time is over, or it writes too much, or it ends and leaves children behind, all of the group is killed.
 * Resolves once nobody writes to its output any more, or its time is over.
 */
export const runProgram = (file: string, argument: string, options: { timeLimitMs: number }): Promise<Ending> =>
  new Promise((resolve) => {
    const child = spawn(file, [argument], {
      ...{ cwd: '/', env: {}, shell: false, detached: true, stdio: ['ignore', 'pipe', 'ignore'] },
    })
    const chunks: Buffer[] = []
    let size = 0
    let settled = false
    const settle = (ending: Ending): void => {
      if (settled) return
      settled = true
      clearTimeout(limit)
      killGroup(child)
      child.stdout?.destroy()
      resolve(ending)
    }
    const fail = (reason: string): void => settle({ kind: 'failed', reason })
    const limit = setTimeout(() => fail(`it did not end within ${options.timeLimitMs / 1_000} s`), options.timeLimitMs)
    child.once('error', (error) => fail(`it cannot be run: ${messageOf(error)}`))
    child.stdout?.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.length
      if (size > MOST_OUTPUT) fail(`it wrote more than ${MOST_OUTPUT} octets`)
    })
    // Children that it left behind would hold its output open.
    child.once('exit', () => killGroup(child))
    child.once('close', (code, signal) => {
      if (code === null) fail(`it was ended by ${signal}`)
      else settle({ kind: 'ended', code, output: Buffer.concat(chunks).toString('latin1') })
    })
  })

const killGroup = ({ pid }: ChildProcess): void => {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // nobody is left in it
  }
}
