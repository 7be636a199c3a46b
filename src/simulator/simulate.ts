import { readFile } from 'node:fs/promises'
import { BEHAVIOURS, parseBehaviour } from './behaviours.js'
import { requireLoopback, startControl } from './control.js'
import { SimulatorError, sentenceOf } from './errors.js'
import { listServers } from './protocols.js'
import { parseServerBehaviour, SERVER_BEHAVIOURS } from './server-behaviours.js'
import { startServerSimulator } from './server-simulator.js'
import { startSimulator } from './simulator.js'

export type SimulateOptions = {
  profile: string
  listen: string
  /** Of a registry by mail alone. */
  deliverTo?: string | undefined
  key: string
  trust: string
  behave?: string | undefined
  delay?: string | undefined
  control?: string | undefined
}

type SimulateIo = { write(line: string): void; stop: Promise<void>; passphrase: string | undefined }

/**
 * `sealpost simulate PROFILE`: runs until SIGTERM or SIGINT. Writes one line of JSON when it listens, and one for each
 * order and each answer. `delay` is in seconds. Throws `SimulatorError` where it cannot start.
 */
export const simulateCommand = async (options: SimulateOptions, io: SimulateIo = processIo()): Promise<void> => {
  if ((await listServers()).includes(options.profile)) return simulateServer(options, io)
  const behave = parseBehaviour(options.behave ?? 'honest')
  const listen = parseHostPort('--listen', options.listen)
  const control = options.control === undefined ? null : requireLoopback(parseHostPort('--control', options.control))
  const print = (line: object) => io.write(`${JSON.stringify(line)}\n`)
  const delayMs = parseDelay(options.delay ?? '0')
  const simulator = await startSimulator({
    protocol: options.profile,
    listen,
    deliverTo: parseHostPort('--deliver-to', options.deliverTo ?? ''),
    key: await readKeyFile('--key', options.key, HOW_TO_MAKE_A_KEY),
    passphrase: io.passphrase,
    trust: await readKeyFile('--trust', options.trust, HOW_TO_GET_THE_GATEWAYS_KEY),
    behave,
    delayMs,
    lateMs: Math.max(10_000, delayMs),
    log: print,
  })
  const controlling =
    control === null
      ? null
      : await controlOf(control, { options, simulator, behave, behaviours: BEHAVIOURS, parse: parseBehaviour })
  const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host
  print({
    listening: `${host}:${simulator.port}`,
    protocol: options.profile,
    behave,
    deliverTo: options.deliverTo,
    ...(controlling === null ? {} : { control: controlling.port }),
  })
  await io.stop
  await controlling?.close()
  await simulator.close()
}

/** `sealpost simulate PROFILE` of one that is a server over HTTPS: nothing is delivered, each call is answered. */
const simulateServer = async (options: SimulateOptions, io: SimulateIo): Promise<void> => {
  const behave = parseServerBehaviour(options.behave ?? 'honest')
  const listen = parseHostPort('--listen', options.listen)
  const control = options.control === undefined ? null : requireLoopback(parseHostPort('--control', options.control))
  const delayMs = parseDelay(options.delay ?? '0')
  const print = (line: object) => io.write(`${JSON.stringify(line)}\n`)
  const simulator = await startServerSimulator({
    ...{ protocol: options.profile, listen, behave, delayMs, lateMs: Math.max(10_000, delayMs), log: print },
    key: await readKeyFile('--key', options.key, HOW_TO_MAKE_A_CERTIFICATE),
    trust: await readKeyFile(
      '--trust',
      options.trust,
      'put a line for each account there: its name, a blank and its key',
    ),
  })
  const controlling =
    control === null
      ? null
      : await controlOf(control, {
          ...{ options, simulator, behave, behaviours: SERVER_BEHAVIOURS, parse: parseServerBehaviour },
        })
  const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host
  print({
    ...{ listening: `${host}:${simulator.port}`, protocol: options.profile, behave },
    ...(controlling === null ? {} : { control: controlling.port }),
  })
  await io.stop
  await controlling?.close()
  await simulator.close()
}

const controlOf = async <Name extends string>(
  listen: { host: string; port: number },
  given: {
    options: { profile: string }
    simulator: { behave(behaviour: Name): void; close(): Promise<void> }
    behave: Name
    behaviours: Readonly<Record<Name, string>>
    parse(name: string): Name
  },
) => {
  const { options, simulator, behave, behaviours, parse } = given
  let behaves = behave
  try {
    return await startControl(listen, {
      protocol: options.profile,
      behaviours,
      behaves: () => behaves,
      behave: (name) => {
        behaves = parse(name)
        simulator.behave(behaves)
      },
    })
  } catch (error) {
    await simulator.close()
    throw error
  }
}

/** `HOST:PORT` or `[IPV6]:PORT`, port 0 to 65535; throws `SimulatorError` (usage) that names the option. */
export const parseHostPort = (option: string, value: string): { host: string; port: number } => {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(value) ?? []
  const host = bracketed ?? plain
  if (host === undefined || port === undefined || Number(port) > 65_535)
    throw new SimulatorError('usage', `${option} ${value}: give HOST:PORT, such as 127.0.0.1:2526 or [::1]:2526`)
  return { host, port: Number(port) }
}

const HOW_TO_MAKE_A_KEY =
  "make one with: gpg --batch --passphrase '' --quick-generate-key robot@registry.example ed25519 sign, " +
  'then: gpg --armor --export-secret-keys robot@registry.example > FILE'

const HOW_TO_MAKE_A_CERTIFICATE =
  'make one with: openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=localhost ' +
  '-addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout FILE -out CA, then: cat CA >> FILE; CA is what the gateway trusts'

const HOW_TO_GET_THE_GATEWAYS_KEY = "put the gateway's public key there, armored"

const readKeyFile = (option: string, path: string, hint: string): Promise<string> =>
  readFile(path, 'utf8').catch((cause: unknown) => {
    const away = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    const problem = away ? `there is no such file; ${hint}` : `it cannot be read (${sentenceOf(cause)})`
    throw new SimulatorError('file', `${option} ${path}: ${problem}`, { cause })
  })

const parseDelay = (value: string): number => {
  const seconds = Number(value)
  if (value.trim() !== '' && seconds >= 0 && seconds <= 86_400) return seconds * 1_000
  throw new SimulatorError('usage', `--delay ${value}: give seconds from 0 to 86400`)
}

const processIo = () => ({
  write: (line: string) => void process.stdout.write(line),
  stop: new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
  }),
  passphrase: process.env['SEALPOST_SIMULATOR_PASSPHRASE'],
})
