import { type Algorithm, type BenchKey, connectionFile, newKey, orderBody } from './mails.js'
import { type Backend, call, newPlace, type Place, type Serving, serve, writeKey } from './place.js'
import { openSink, type Sink } from './sink.js'

/** A gateway with one connection, whose registry is a sink. */
export type Stage = {
  place: Place
  gateway: Serving
  http: string
  smtpPort: number
  sink: Sink
  registryKey: BenchKey
  end(): Promise<void>
}

/** Roles that are started beside the first process, each in a process of its own; none for one process that does it all. */
export type StageOptions = { backend: Backend; algorithm?: Algorithm; workers?: number }

export const openStage = async ({ backend, algorithm = 'ed25519', workers = 0 }: StageOptions): Promise<Stage> => {
  const place = await newPlace(backend)
  const sink = await openSink()
  const [own, registryKey] = [await newKey(algorithm), await newKey('rsa2048')]
  writeKey(place, 'gateway.asc', own.secret)
  writeKey(place, 'registry.asc', registryKey.public, 0o644)
  const front = workers === 0 ? [] : ['--role', 'smtp', '--role', 'http']
  const gateway = await serve(place, front)
  const { http, smtpPort } = gateway
  if (http === null || smtpPort === null) throw new Error('the gateway says nothing of its ports')
  const others: Serving[] = []
  for (let number = 0; number < workers; number++)
    others.push(await serve(place, ['--role', 'worker'], { SEALPOST_HTTP: undefined }))
  await call(http, 'POST', '/v1/connections', connectionFile(sink.port))
  const end = async () => {
    await Promise.all([gateway, ...others].map((one) => one.stop()))
    sink.close()
    await place.remove()
  }
  return { place, gateway, http, smtpPort, sink, registryKey, end }
}

/** Orders `from` to `from + count`, so many at a time. */
export const placeOrders = async (
  stage: Stage,
  { from, count, atOnce }: { from: number; count: number; atOnce: number },
) => {
  let next = from
  const worker = async () => {
    while (next < from + count) await call(stage.http, 'POST', '/v1/orders', orderBody(next++))
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

/** Whether the program has the switch that keeps requests from leaving. */
export const pause = async (stage: Stage, verb: 'pause' | 'resume'): Promise<void> => {
  const { items } = (await call(stage.http, 'GET', '/v1/connections')) as { items: { id: string }[] }
  await call(stage.http, 'POST', `/v1/connections/${items[0]?.id}/${verb}`)
}

/** A gauge or counter of the gateway, by the beginning of its line (name and labels). */
export const metric = async (stage: Stage, line: string): Promise<number> => {
  const text = await (
    await fetch(`${stage.http}/metrics`, { headers: { authorization: 'Bearer a-token-for-the-bench' } })
  ).text()
  const found = text.split('\n').find((one) => one.startsWith(`${line} `))
  return found === undefined ? 0 : Number(found.slice(line.length + 1))
}

export const until = async (ask: () => Promise<boolean>, everyMs = 50): Promise<void> => {
  while (!(await ask())) await new Promise((resolve) => setTimeout(resolve, everyMs))
}
