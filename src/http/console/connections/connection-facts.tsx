import type { Child } from 'hono/jsx'
import type { AllowList } from '../../../core/allow-list.js'
import {
  type Connection,
  destinationOf,
  type MailConnection,
  unsignedSenders,
  type Window,
} from '../../../core/connection.js'
import { durationText } from '../../../core/duration.js'
import { takesBelow } from '../../../core/sub-domain.js'
import { Facts, Time } from '../frame/parts.js'
import type { TimeWords } from '../frame/words.js'

/** What a connection is, in words. Nothing of it is secret: of passphrases and passwords there are names of variables. */
export const ConnectionFacts = ({ connection, words }: { connection: Connection; words: TimeWords }) => (
  <Facts
    facts={[
      ['TLDs', connection.tlds.join(', ') || 'none: orders have to name it'],
      ['Requests go to', destinationOf(connection)],
      ...(connection.channel === 'mail' ? mailFacts(connection, words) : []),
      ['A reply is awaited for', durationText(connection.replyTimeout)],
      ['An open order is looked at', `every ${durationText(connection.checkEvery)}`],
      ['The registry is asked when a reply is late', connection.reconcile ? 'yes' : 'no'],
      ['Requests in 24 hours', connection.rate === null ? 'as many as there are' : `${connection.rate.perDay} at most`],
      ...accountFacts(connection),
      [
        'Name servers where an order has none',
        connection.defaults.nameservers.map(({ host }) => host).join(', ') || 'none',
      ],
      ['Contacts where an order has none', Object.keys(connection.defaults.contacts).join(', ') || 'none'],
      ['Agreement', agreementWords(connection)],
      ['Before a domain expires', expiryWords(connection)],
      ['Lookup script', connection.lookup ?? 'none'],
      [
        'The DNS of a new name',
        connection.dnsPrepare === 'required' ? 'is prepared before its request leaves' : 'is not waited for',
      ],
      ['Names below a registrable one', takesBelow(connection) ? 'become tickets for people' : 'are refused'],
      ['Added', <Time at={connection.createdAt.toISOString()} words={words} />],
    ]}
  />
)

type Fact = readonly [string, Child]

const mailFacts = (connection: MailConnection, words: TimeWords): Fact[] => {
  const { registry, signing, trust } = connection
  return [
    ['Live address', registry.to],
    ['Test address', registry.test ?? 'none'],
    ['From', registry.from],
    ['Replies come to', registry.replyTo],
    ['Way out', wayWords(connection)],
    ['DKIM', dkimWords(connection)],
    ['Requests are signed by', <Keys keys={signing.keys} words={words} scheme={signing.scheme} />],
    ['Replies are believed from', <Keys keys={trust.keys} words={words} scheme={trust.schemes.join(', ')} />],
    ['A signature may be as old as', durationText(trust.maxAge)],
    ['Weak signatures that are believed', trust.weak.join(', ') || 'none'],
    ['Unsigned replies that quote our Message-ID', unsignedWords(connection)],
    ['SPF, DKIM and DMARC of replies', SENDER_CHECKS[trust.senderChecks]],
  ]
}

const unsignedWords = (connection: MailConnection): string =>
  connection.trust.allowUnsigned ? `believed from ${unsignedSenders(connection).join(', ')}` : 'not believed'

const SENDER_CHECKS = { off: 'not asked', record: 'kept beside the mail', require: 'DMARC has to pass' } as const

const wayWords = ({ relay, mx }: MailConnection): string => {
  if (relay !== null) {
    const { host, port, tls, user, passwordEnv } = relay
    const login = user === null ? '' : `, as ${user} with the password in ${passwordEnv ?? 'no variable'}`
    return `by the relay ${host}, port ${port}, ${TLS[tls]}${login}${fromWords(relay)}`
  }
  return `to the registry's own mail servers, ${TLS[mx?.tls ?? 'opportunistic']}${mx === null ? '' : fromWords(mx)}`
}

const fromWords = ({ localAddress }: { localAddress: string | null }): string =>
  localAddress === null ? '' : `, from ${localAddress}`

const TLS = {
  none: 'without TLS',
  starttls: 'with STARTTLS, its certificate checked',
  implicit: 'with TLS from the start',
  opportunistic: 'with TLS where they offer it',
} as const

const dkimWords = ({ dkim }: MailConnection): string =>
  dkim === null ? 'none' : `${dkim.selector}._domainkey.${dkim.domain}, by ${dkim.key}`

type KeyLine = Window & { file: string; passphraseEnv?: string | null }

const Keys = ({ keys, scheme, words }: { keys: readonly KeyLine[]; scheme: string; words: TimeWords }) => (
  <ul class="plain">
    {keys.map(({ file, passphraseEnv, ...window }) => (
      <li>
        <code>{file}</code> ({scheme}){passphraseEnv == null ? null : `, passphrase in ${passphraseEnv}`}
        <WindowWords {...window} words={words} />
      </li>
    ))}
  </ul>
)

const WindowWords = ({ notBefore, notAfter, words }: Window & { words: TimeWords }) => (
  <>
    {notBefore === null ? null : (
      <>
        , from <Time at={notBefore.toISOString()} words={words} />
      </>
    )}
    {notAfter === null ? null : (
      <>
        , until <Time at={notAfter.toISOString()} words={words} />
      </>
    )}
  </>
)

const accountFacts = ({ account }: Connection): Fact[] =>
  Object.entries(account).map(([name, value]) => [
    `Account: ${name}`,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])

const agreementWords = ({ agreement }: Connection): string => {
  if (agreement === null) return 'none'
  const parts = [
    agreement.text === null ? null : 'a text',
    agreement.file === null ? null : `the file ${agreement.file}`,
  ]
  return parts.filter((part) => part !== null).join(' and ')
}

const expiryWords = ({ expiry }: Connection): string => {
  const parts = [
    expiry?.warnDays == null ? null : `a warning ${expiry.warnDays} days before`,
    expiry?.renewDays == null ? null : `renewed ${expiry.renewDays} days before`,
  ].filter((part) => part !== null)
  return parts.join(', ') || 'nothing'
}

/** What the registry has to let in. */
export const AllowListCard = ({
  allowList: { from, envelopeDomain, helo, address, detail },
}: {
  allowList: AllowList
}) => (
  <section class="card" aria-labelledby="allow">
    <h2 id="allow">What the registry has to let in</h2>
    <p>{detail}</p>
    <Facts
      facts={[
        from === null ? null : ['From', from],
        envelopeDomain === null ? null : ['Envelope sender', `addresses of ${envelopeDomain}`],
        helo === null ? null : ['EHLO', helo],
        address === null ? null : ['Address', address],
      ]}
    />
  </section>
)
