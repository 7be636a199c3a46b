/**
 * `npm run bench`: how fast this machine is with Sealpost, each figure beside something else that does a part of the same
 * in the same run. Names of figures as arguments choose some of them; `--json FILE` writes the numbers there.
 */
import { writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { accept, cryptoAnchors, handOver, latency, settle } from './figures.js'
import { memoryOf } from './memory.js'
import { pageTimes } from './pages.js'
import { type Backend, hasServer } from './place.js'
import { type Figure, toTable } from './report.js'

const args = process.argv.slice(2)
const jsonAt = args.indexOf('--json')
const jsonFile = jsonAt === -1 ? null : (args[jsonAt + 1] ?? null)
const chosen = args.filter((name, index) => !name.startsWith('--') && (jsonAt === -1 || index !== jsonAt + 1))
const withServer = await hasServer()
if (!withServer) process.stderr.write('no PostgreSQL answers at BENCH_DATABASE_URL: the embedded database alone\n')
const backends: Backend[] = withServer ? ['embedded', 'postgresql'] : ['embedded']
const figures: Figure[] = []

const add = (...more: Figure[]): void => {
  for (const one of more) process.stderr.write(`${toTable([one]).split('\n')[2]}\n`)
  figures.push(...more)
}
const figure = async (name: string, measure: () => Promise<void>): Promise<void> => {
  if (chosen.length === 0 || chosen.includes(name)) await measure()
}
const alone = { anchors: [] }

await figure('accept', async () => add(...(await accept(backends, 4_000))))

await figure('settle', async () => {
  const anchors = await cryptoAnchors('rsa2048', 'verify')
  for (const backend of backends)
    add({ name: 'accept to settled', backend, value: await settle({ backend }, 1_000), unit: 'replies/s', anchors })
})

await figure('hand-over', async () => {
  for (const algorithm of ['rsa2048', 'rsa3072', 'ed25519'] as const) {
    const anchors = await cryptoAnchors(algorithm, 'sign')
    for (const backend of backends) {
      const value = await handOver({ backend, algorithm }, 600)
      add({ name: `order to hand-over, ${algorithm}`, backend, value, unit: 'requests/s', anchors })
    }
  }
})

await figure('latency', async () => {
  for (const backend of backends) {
    const { p50, p99 } = await latency(backend, 50, 500)
    add({ name: 'accepted to hand-over at 50/s, p50', backend, value: p50, unit: 'ms', ...alone })
    add({ name: 'accepted to hand-over at 50/s, p99', backend, value: p99, unit: 'ms', ...alone })
  }
})

await figure('workers', async () => {
  if (!withServer) return
  const by = async (workers: number) => settle({ backend: 'postgresql', workers }, 1_000)
  const one = await by(1)
  const anchors = [{ name: 'one worker process', value: one }]
  add({
    name: 'settled by two worker processes',
    backend: 'postgresql',
    value: await by(2),
    unit: 'replies/s',
    anchors,
  })
})

await figure('pages', async () => {
  if (!withServer) return
  const [few, many] = [await pageTimes(10_000), await pageTimes(1_000_000)]
  for (const [target, value] of many) {
    const anchors = [{ name: 'with 10,000', value: few.get(target) ?? 0 }]
    add({ name: `${target} with 1,000,000 entries`, backend: 'postgresql', value, unit: 'ms', anchors })
  }
})

await figure('memory', async () => {
  for (const backend of backends) {
    const { idle, loaded, slow } = await memoryOf(backend)
    add({ name: 'memory idle', backend, value: idle, unit: 'MB', ...alone })
    add({ name: 'memory at its most under load', backend, value: loaded, unit: 'MB', ...alone })
    add({ name: 'memory beside 1,000 slow clients', backend, value: slow, unit: 'MB', ...alone })
  }
})

const machine = `${cpus().length} x ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`
process.stdout.write(`${machine}, ${new Date().toISOString().slice(0, 10)}\n\n${toTable(figures)}\n`)
if (jsonFile !== null) writeFileSync(jsonFile, `${JSON.stringify({ machine, figures }, null, 2)}\n`)
