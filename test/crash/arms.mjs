/**
 * What the test told this process to do: `at` is the point at which it dies by SIGKILL, `least` how many have to be in the
 * same step by then, `gather` how many come together before any of them goes on, and `holds` that whoever comes to the
 * point waits there for the next message, instead of dying.
 */
import { writeSync } from 'node:fs'

let arms = { at: null, least: 1, gather: 1, holds: false, said: false }

process.on('message', ({ arm }) => {
  if (arm === undefined) return
  arms = { least: 1, gather: 1, holds: false, said: false, ...arm }
  process.send({ armed: true })
})

/** Where the process is to die here, it says who was at it and in how large a company, and never returns. */
export const pass = async (point, { about = null, company = 1 } = {}) => {
  if (point !== arms.at || company < arms.least) return
  if (!arms.said) writeSync(1, `${JSON.stringify({ at: point, about, company })}\n`)
  if (arms.holds) {
    arms.said = true
    return void (await new Promise((resolve) => process.once('message', resolve)))
  }
  arms.at = null
  process.kill(process.pid, 'SIGKILL')
  await new Promise(() => undefined)
}

export const isArmedFor = (point) => point === arms.at

/** Lets nobody through until so many have come as were told, and then all of them in the same turn. */
export const gathering = (work) => {
  const waiting = []
  return async (...args) => {
    await new Promise((resolve) => {
      waiting.push(resolve)
      if (waiting.length >= arms.gather) for (const go of waiting.splice(0)) go()
    })
    return work(...args)
  }
}

/** Gives everybody who believes that something is kept the time to say so. */
export const turns = async () => {
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve))
}
