import { request } from 'node:http'
import { z } from 'zod'
import { Fault, messageOf, Refusal } from './core/errors.js'
import type { RehearsalRegistry, SimulatedRegistries, SimulatedRegistry } from './ports.js'

/** It is on this machine: one that does not answer soon will not. Milliseconds. */
const ANSWER_MS = 2_000
const LARGEST_ANSWER = 64 * 1024

const told = z.object({
  protocol: z.string(),
  behaves: z.string(),
  behaviours: z.record(z.string(), z.string()),
})

/** The simulator that `sealpost simulate --control` runs at this address, which is loopback (`SEALPOST_SIMULATOR`). */
export const controlledRegistry = (url: string): SimulatedRegistries => ({
  list: async () => [read(await call(url, 'GET'))],
  behave: async (name, behaviour) => {
    const [registry] = [read(await call(url, 'GET'))]
    if (registry.name !== name)
      throw new Refusal('not-found', `the simulator at ${url} plays ${registry.name}, not ${name}`)
    await call(url, 'PUT', JSON.stringify({ behave: behaviour }))
  },
  order: null,
})

/** The simulator's own reading and signing; loaded once somebody rehearses, since it brings a parser of mails. */
export const rehearsalRegistry: RehearsalRegistry = {
  takesMail: async (...given) => (await loadRehearsal()).takesMail(...given),
  newRegistryKey: async (...given) => (await loadRehearsal()).newRegistryKey(...given),
}

const loadRehearsal = () => import('./simulator/rehearsal.js')

const read = (text: string): SimulatedRegistry => {
  const { protocol, behaves, behaviours } = told.parse(JSON.parse(text))
  return {
    ...{ name: protocol, behaves },
    behaviours: Object.entries(behaviours).map(([name, sentence]) => ({ name, sentence })),
  }
}

/** By `node:http`: `fetch` would send what a browser sends, and the control takes nothing from browsers. */
const call = (url: string, method: 'GET' | 'PUT', body?: string): Promise<string> =>
  new Promise<string>((resolve, reject) => {
    const asked = request(url, { method, timeout: ANSWER_MS }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (part: string) => {
        text += part
        if (text.length > LARGEST_ANSWER) answer.destroy(new Error('it answers too much'))
      })
      answer.on('error', reject)
      answer.on('end', () =>
        answer.statusCode === 200 ? resolve(text) : reject(new Error(`it answers ${text.trim()}`)),
      )
    })
    asked.on('timeout', () => asked.destroy(new Error('it does not answer')))
    asked.on('error', reject)
    asked.end(body)
  }).catch((cause: unknown) => {
    throw new Fault(
      'simulator-away',
      `the simulator at ${url} (SEALPOST_SIMULATOR) cannot be driven: ${messageOf(cause)}; start it with sealpost simulate PROFILE --control HOST:PORT`,
      { temporary: true, cause },
    )
  })
