import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import * as path from 'node:path'

export type Postfix = { port: number; version: string; config: string; stop(): void }

/** Lines of main.cf and master.cf that say what becomes of mail for `in.hoster.example`. */
export type Delivery = { main: readonly string[]; master: readonly string[] }

const DISCARD: Delivery = {
  main: ['relay_domains = in.hoster.example', 'relay_transport = discard:'],
  master: ['discard unix - - n - - discard'],
}

/** Postfix's own load generator and server, from Debian's package `postfix`. */
export const hasPostfix = (): boolean =>
  process.getuid?.() === 0 && spawnSync('postconf', ['-d', 'mail_version'], { stdio: 'ignore' }).status === 0

/**
 * An own instance of Postfix with its own queue, which takes mail for `in.hoster.example` on loopback, has it on disk
 * before its 250 (as it always does), and delivers it as it is told, or throws it away.
 */
export const startPostfix = async (delivery: Delivery = DISCARD): Promise<Postfix> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sealpost-postfix-'))
  chmodSync(folder, 0o755)
  const port = await freePort()
  for (const name of ['etc', 'queue', 'lib']) mkdirSync(path.join(folder, name))
  execFileSync('chown', ['postfix', path.join(folder, 'lib')])
  const config = path.join(folder, 'etc')
  writeFileSync(path.join(config, 'main.cf'), [...mainCf(folder), ...delivery.main, ''].join('\n'))
  writeFileSync(path.join(config, 'master.cf'), [...masterCf(port), ...delivery.master, ''].join('\n'))
  execFileSync('postfix', ['-c', config, 'start'], { stdio: 'ignore' })
  const version = execFileSync('postconf', ['-d', '-h', 'mail_version'], { encoding: 'utf8' }).trim()
  const stop = () => {
    spawnSync('postfix', ['-c', config, 'stop'], { stdio: 'ignore' })
    rmSync(folder, { recursive: true, force: true })
  }
  return { port, version, config, stop }
}

const mainCf = (folder: string): string[] => [
  'compatibility_level = 3.6',
  `queue_directory = ${folder}/queue`,
  `data_directory = ${folder}/lib`,
  `maillog_file = ${folder}/maillog`,
  `maillog_file_prefixes = ${folder}`,
  'inet_interfaces = 127.0.0.1',
  'myhostname = mx.hoster.example',
  'mydestination =',
  'smtpd_recipient_restrictions = reject_unauth_destination',
  'smtpd_client_connection_count_limit = 0',
  'alternate_config_directories =',
]

const masterCf = (port: number): string[] => [
  `127.0.0.1:${port} inet n - n - - smtpd`,
  'cleanup unix n - n - 0 cleanup',
  'pickup unix n - n 60 1 pickup',
  'qmgr unix n - n 300 1 qmgr',
  'rewrite unix - - n - - trivial-rewrite',
  'bounce unix - - n - 0 bounce',
  'defer unix - - n - 0 bounce',
  'trace unix - - n - 0 bounce',
  'error unix - - n - - error',
  'retry unix - - n - - error',
  'anvil unix - - n - 1 anvil',
  'proxymap unix - - n - - proxymap',
  'postlog unix-dgram n - n - 1 postlogd',
]

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })

/** Has `smtp-source` send mails of so many octets; resolves to the seconds that it took. */
export const runSmtpSource = (options: {
  port: number
  to: string
  mails: number
  octets: number
  connections: number
}): Promise<number> => {
  const { port, to, mails, octets, connections } = options
  const counts = ['-m', String(mails), '-l', String(octets), '-s', String(connections)]
  const begin = performance.now()
  const child = spawn('smtp-source', ['-d', ...counts, '-f', 'load@load.example', '-t', to, `127.0.0.1:${port}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve((performance.now() - begin) / 1_000)
      else reject(new Error(`smtp-source ended with ${code}`))
    })
  })
}
