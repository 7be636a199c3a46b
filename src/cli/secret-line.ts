import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'

/** One line of standard input; a terminal is asked for it by that name, and shows nothing of it. Empty where there is none. */
export const readSecretLine = async (name: string): Promise<string> => {
  const terminal = process.stdin.isTTY === true
  if (terminal) process.stderr.write(`${name}: `)
  const mute = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: mute, terminal })
  for await (const line of lines) {
    lines.close()
    if (terminal) process.stderr.write('\n')
    return line
  }
  return ''
}
