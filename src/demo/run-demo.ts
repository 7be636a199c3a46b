import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { type Answer, callApp, callJson } from '../cli/gateway.js'
import { CommandError, EXIT, print } from '../cli/output.js'
import { readSettings, type Settings } from '../config.js'
import type { Scheme } from '../core/connection.js'
import { describeProblems } from '../core/errors.js'
import { createLogger } from '../logger.js'
import type { DemoStory } from '../profiles/demo.js'
import { loadDemos, loadProfiles } from '../profiles/load.js'
import { type Gateway, startGateway } from '../serve.js'
import { BEHAVIOURS, type Behaviour, parseBehaviour } from '../simulator/behaviours.js'
import { makeServerCertificate } from '../simulator/certificate.js'
import { generateKeyPair } from '../simulator/keys.js'
import { isServerBehaviour, parseServerBehaviour, SERVER_BEHAVIOURS } from '../simulator/server-behaviours.js'
import { startServerSimulator } from '../simulator/server-simulator.js'
import { type Simulator, startSimulator } from '../simulator/simulator.js'
import { hireClerk } from './clerk.js'
import { createDemoSimulators, type DemoSimulators } from './demo-simulators.js'
import { playStory } from './play-story.js'

export type DemoOptions = { once: boolean; profiles: readonly string[]; behave: Behaviour }

/**
 * How long a reply is waited for, and an order as a whole, which must be longer. An honest registry answers, if late on a
 * busy machine; from any other, what has not come soon will not come: everything is on this machine.
 */
const patienceFor = (behave: Behaviour) =>
  behave === 'honest' ? { replyTimeout: '60s', stepLimitMs: 90_000 } : { replyTimeout: '3s', stepLimitMs: 12_000 }
/** How late the simulator is when it is asked to be: late, but not too late. */
const LATE_MS = 1_500

/**
 * Gateway and simulated registries in one process, over real SMTP with real signatures, in a folder of their own. Plays
 * the profiles' stories and resolves to whether each order ended as it should; without `once` it stays up until SIGINT.
 */
export const runDemo = async (options: DemoOptions): Promise<boolean> => {
  const stories = await chooseStories(options.profiles)
  const folder = await mkdtemp(path.join(tmpdir(), 'sealpost-demo-'))
  const settings = await demoSettings(folder)
  print(
    'Sealpost and who carries out its orders, simulated: real SMTP and HTTPS, real signatures, nothing leaves this machine.\n',
  )
  const shown = createDemoSimulators()
  const env = { [SECRET]: randomBytes(28).toString('hex') }
  const gateway = await startGateway({ settings, env, log: createLogger('error'), ports: { simulators: shown } })
  const others: { close(): Promise<void> }[] = []
  try {
    let good = true
    const { stepLimitMs } = patienceFor(options.behave)
    let played = 0
    const profiles = await loadProfiles()
    const taken = new Set<string>()
    for (const [profile, told] of stories) {
      const story = withoutTlds(told, taken)
      for (const tld of story.connection.tlds) taken.add(tld)
      const input = { profile, story, gateway, settings, behave: options.behave, shown }
      const known = profiles.get(profile)
      const scheme = known?.channel === 'mail' ? (known.schemes[0] ?? 'openpgp-clear') : null
      if (scheme !== null) others.push(await connect({ ...input, scheme }))
      else if (known?.channel === 'https') others.push(await connectServer({ ...input, secret: env[SECRET] }))
      else others.push(await connectPeople(input))
      good = (await playStory({ story, call: local(gateway), stepLimitMs, played })) && good
      played += story.steps.length
    }
    if (!options.once) await stayUp(gateway)
    return good
  } finally {
    await Promise.all(others.map((other) => other.close()))
    await gateway.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** A TLD belongs to one connection at a time: a later story's is reached by its name, which orders say. */
const withoutTlds = ({ connection, ...story }: DemoStory, taken: ReadonlySet<string>): DemoStory => ({
  ...story,
  connection: { ...connection, tlds: connection.tlds.filter((tld) => !taken.has(tld)) },
})

const chooseStories = async (wanted: readonly string[]): Promise<[string, DemoStory][]> => {
  const stories = await loadDemos()
  const unknown = wanted.find((id) => !stories.has(id))
  if (unknown !== undefined)
    throw new CommandError(
      `there is no profile "${unknown}" to demonstrate; choose from: ${[...stories.keys()].join(', ')}`,
      EXIT.usage,
    )
  return [...stories].filter(([id, { byDefault }]) => (wanted.length === 0 ? byDefault : wanted.includes(id)))
}

const demoSettings = async (folder: string): Promise<Settings> => {
  await mkdir(path.join(folder, 'keys'))
  const settings = readSettings({
    SEALPOST_DATA: path.join(folder, 'data'),
    SEALPOST_KEYS: path.join(folder, 'keys'),
    SEALPOST_TEMPLATES: path.join(folder, 'templates'),
    SEALPOST_HTTP: '127.0.0.1:0',
    SEALPOST_SMTP: '127.0.0.1:0',
    SEALPOST_MX_HOSTNAME: 'demo.sealpost.example',
  })
  if (!settings.ok) throw new Error(describeProblems(settings.problems))
  return settings.value
}

const local =
  (gateway: Gateway) =>
  (...call: Parameters<typeof callJson> extends [unknown, ...infer Rest] ? Rest : never): Promise<unknown> =>
    callJson({ call: (...one): Promise<Answer> => callApp(gateway.app.local, ...one) }, ...call)

type Connecting = {
  profile: string
  story: DemoStory
  gateway: Gateway
  settings: Settings
  behave: Behaviour
  /** What the console drives. */
  shown: DemoSimulators
}

/** The variable with what proves calls to simulated servers. */
const SECRET = 'DEMO_SECRET'

/** A connection whose orders are tickets, and a person who works on them. */
const connectPeople = async ({ profile, story, gateway, behave }: Connecting) => {
  const { replyTimeout } = patienceFor(behave)
  const watch = { delegation: false } // its names are other people's, and nothing leaves this machine
  const connection = { ...story.connection, profile, mode: 'live', replyTimeout, watch }
  await local(gateway)('POST', '/v1/connections', connection)
  return behave === 'silent' ? { close: async () => {} } : hireClerk(local(gateway), story)
}

/** Keys for both sides, a simulator that delivers to the gateway, and a connection that relays to the simulator. */
const connect = async (input: Connecting & { scheme: Scheme }): Promise<Simulator> => {
  const { profile, scheme, story, gateway, settings, behave, shown } = input
  const ours = await generateKeyPair({ name: 'Demo hoster', email: 'domains@hoster.example' })
  const theirs = await generateKeyPair({ name: 'Demo registry', email: 'robot@registry.example' })
  const key = `${profile}-ours.asc`
  const trusted = `${profile}-registry.asc`
  await writeFile(path.join(settings.keysDir, key), ours.privateKey, { mode: 0o600 })
  await writeFile(path.join(settings.keysDir, trusted), theirs.publicKey)
  const simulator = await startSimulator({
    protocol: profile,
    listen: { host: '127.0.0.1', port: 0 },
    deliverTo: { host: '127.0.0.1', port: gateway.smtpPort },
    key: theirs.privateKey,
    trust: ours.publicKey,
    behave,
    lateMs: LATE_MS,
  })
  const connection = {
    ...story.connection,
    profile,
    mode: 'live',
    registry: {
      to: 'robot@registry.example',
      from: 'domains@hoster.example',
      replyTo: `${profile}@in.hoster.example`,
    },
    relay: { host: '127.0.0.1', port: simulator.port, tls: false },
    signing: { scheme, key },
    trust: story.connection.trust ?? { keys: [trusted] },
    replyTimeout: patienceFor(behave).replyTimeout,
    watch: { delegation: false },
  }
  await local(gateway)('POST', '/v1/connections', connection)
  const change = (name: string): void => simulator.behave(parseBehaviour(name))
  shown.add(profile, { story, call: local(gateway), behaviours: BEHAVIOURS, behaves: behave, behave: change })
  return simulator
}

/** A simulated server with a certificate of its own, and a connection that calls it, proved by the secret. */
const connectServer = async (input: Connecting & { secret: string }): Promise<{ close(): Promise<void> }> => {
  const { profile, story, gateway, settings, behave, shown, secret } = input
  if (story.server === undefined) throw new Error(`the story of ${profile} does not say how its server is called`)
  const host = '127.0.0.1'
  const ca = `${profile}-server.pem`
  const { key, certificate } = makeServerCertificate([host])
  await writeFile(path.join(settings.keysDir, ca), certificate)
  const behaves = isServerBehaviour(behave) ? behave : 'honest'
  const simulator = await startServerSimulator({
    ...{ protocol: profile, listen: { host, port: 0 }, key: `${key}${certificate}`, lateMs: LATE_MS },
    ...{ trust: `${story.server.username} ${secret}`, behave: behaves },
  })
  const { replyTimeout } = patienceFor(behave)
  const account = story.server.account({ host, port: simulator.port, ca, secretName: SECRET })
  const connection = { ...story.connection, profile, account, mode: 'live', replyTimeout, checkEvery: '1s' }
  await local(gateway)('POST', '/v1/connections', { ...connection, watch: { delegation: false } })
  const change = (name: string): void => simulator.behave(parseServerBehaviour(name))
  shown.add(profile, {
    ...{ story, call: local(gateway), behaviours: SERVER_BEHAVIOURS, behaves, behave: change },
  })
  return simulator
}

const stayUp = async (gateway: Gateway): Promise<void> => {
  print(`\nThe console is at ${gateway.httpUrl}`)
  if (gateway.firstUserLink !== null) print(`Sign in once with ${gateway.firstUserLink}`)
  print('Ctrl-C ends the demo and removes its data.')
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
}
