// A worker as `dist/reading/worker.js` is, but a mail whose envelope sender is one of the names below does what it says.
// It stands for mails that a library cannot cope with: none is known.
import { existsSync, writeFileSync } from 'node:fs'

const spin = () => {
  for (;;);
}

const BEHAVIOURS = {
  spin,
  'spin-once': (file) => {
    if (existsSync(file)) return { stage: 'untrusted', reason: 'read in the second try' }
    writeFileSync(file, '')
    return spin()
  },
  eat: () => {
    const eaten = []
    for (;;) eaten.push(Array.from({ length: 10_000 }, (_, index) => ({ index })))
  },
  exit: () => process.exit(3),
  throw: () => {
    throw new TypeError('it has an octet too many')
  },
  recurse: function recurse() {
    return recurse() + 1
  },
  environment: () => {
    throw new Error(JSON.stringify(process.env))
  },
  sleep: (ms, file) => {
    if (file !== undefined) writeFileSync(file, '')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(ms))
    return { stage: 'untrusted', reason: 'slept' }
  },
}

export const handle = prepare()

async function prepare() {
  const { handle: honest } = await import('../../dist/reading/worker.js')
  const read = await honest
  return async ({ task, begun }) => {
    const [name, ...words] = (task.envelopeFrom ?? task.envelope.from).split(' ')
    const behave = BEHAVIOURS[name]
    if (behave === undefined) return read({ task, begun })
    begun.postMessage(null)
    return behave(...words)
  }
}
