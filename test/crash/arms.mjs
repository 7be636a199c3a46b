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

/**
 * Lets nobody through until so many have come to the same step as were told, and then all of them in the same turn.
 * `stepOf` names the step of whoever calls; who has none, as what comes by the clock, waits for nobody.
 */
export const gathering = (work, stepOf = () => 'the one') => {
  const waiting = new Map()
  return async (...args) => {
    const step = stepOf()
    if (step !== null) await comeTogether(waiting, step)
    return work(...args)
  }
}

const comeTogether = (waiting, step) =>
  new Promise((resolve) => {
    const here = [...(waiting.get(step) ?? []), resolve]
    waiting.set(step, here)
    if (here.length < arms.gather) return
    waiting.delete(step)
    for (const go of here) go()
  })

/** Gives everybody who believes that something is kept the time to say so. */
export const turns = async () => {
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve))
}
