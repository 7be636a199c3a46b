import { type Channel, MAIL_FIELDS } from '../core/connection.js'
import type { Problem } from '../core/errors.js'
import { at, good } from './field.js'
import { address, commonFile, dkim, relay } from './form.js'

/** Fields about mail in the file of a connection that sends none. */
export const needless = (input: unknown, channel: Exclude<Channel, 'mail'>): Problem[] =>
  MAIL_FIELDS.filter((field) => at(input, field) != null).map((field) => ({
    pointer: `/${field}`,
    detail: `does not belong here: requests of this profile are ${UNMAILED[channel]} and no mails; leave it out`,
  }))

const UNMAILED = { people: 'tickets for people', https: 'calls of a server' }

/** Mistakes that only two fields together show, of a connection that sends mails. Fields that are wrong by themselves count as absent here. */
export const crossChecks = (input: unknown): Problem[] => {
  const mode = good(commonFile.shape.mode, input, 'mode')
  const [to, test] = [good(address, input, 'registry', 'to'), at(input, 'registry', 'test')]
  const [user, passwordEnv] = [at(input, 'relay', 'user'), at(input, 'relay', 'passwordEnv')]
  const [host, tls] = [good(relay.shape.host, input, 'relay', 'host'), good(relay.shape.tls, input, 'relay', 'tls')]
  const [key, keys, passphraseEnv] = ['key', 'keys', 'passphraseEnv'].map((name) => at(input, 'signing', name))
  const problems: Problem[] = []
  if (at(input, 'signing') != null && (key === undefined) === (keys === undefined))
    problems.push({
      pointer: '/signing/key',
      detail:
        key === undefined
          ? 'is missing: name the file of the private key that signs the requests'
          : 'is beside signing.keys: give the one key, or the list of keys with their times',
    })
  if (keys !== undefined && passphraseEnv != null)
    problems.push({ pointer: '/signing/passphraseEnv', detail: 'belongs to each of signing.keys' })
  if (mode === 'test' && test == null)
    problems.push({
      pointer: '/registry/test',
      detail: 'is missing: in test mode requests go to this address, never to registry.to',
    })
  if (mode === 'test' && typeof test === 'string' && test.toLowerCase() === to?.toLowerCase())
    problems.push({ pointer: '/registry/test', detail: 'is the live address; give the address of the test robot' })
  if (user != null && passwordEnv == null)
    problems.push({
      pointer: '/relay/passwordEnv',
      detail: 'is missing: name the environment variable with the password of relay.user',
    })
  if (user != null && tls === false && host !== undefined && !LOOPBACK.test(host))
    problems.push({
      pointer: '/relay/tls',
      detail: 'is off, so the password would travel in clear; set starttls or implicit',
    })
  return [...problems, ...wayOut(input)]
}

/** By a relay or directly, and who vouches for it. */
const wayOut = (input: unknown): Problem[] => {
  const from = good(address, input, 'registry', 'from')
  const domain = good(dkim.shape.domain, input, 'dkim', 'domain')
  const problems: Problem[] = []
  if (at(input, 'relay') != null && at(input, 'mx') != null)
    problems.push({
      pointer: '/mx',
      detail: "is beside relay: give relay to send by that host, or mx to send to the registry's own mail servers",
    })
  if (from !== undefined && domain !== undefined && !`.${domainOf(from)}`.endsWith(`.${domain}`))
    problems.push({
      pointer: '/dkim/domain',
      detail: `does not vouch for registry.from: it must be ${domainOf(from)} or a domain above it`,
    })
  return problems
}

const domainOf = (mailbox: string): string => mailbox.slice(mailbox.lastIndexOf('@') + 1).toLowerCase()

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/
