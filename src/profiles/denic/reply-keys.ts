/** Keys of replies and messages, in lower case. A result with any other key is not of a form that we know. */

const RESULT_KEYS = ['result', 'stid', 'ctid', 'info', 'warning', 'error']
const DOMAIN_KEYS = [
  ...[
    'domain',
    'domain-ace',
    'holder',
    'generalrequest',
    'general-request',
    'abusecontact',
    'abuse-contact',
    'nserver',
  ],
  ...['nsentry', 'dnskey', 'status', 'regaccid', 'regaccname', 'changed', 'registrylock', 'authinfo2'],
]
const CONTACT_KEYS = [
  ...['handle', 'type', 'name', 'organisation', 'address', 'postalcode', 'city', 'countrycode', 'email', 'phone'],
  ...['uritemplate'],
]
const MESSAGE_KEYS = ['msgcnt', 'msgtime', 'msgid', 'msgtype', 'chprov-to', 'chprov-from', 'expire', 'authinfoexpire']

const KNOWN: ReadonlySet<string> = new Set([...RESULT_KEYS, ...DOMAIN_KEYS, ...CONTACT_KEYS, ...MESSAGE_KEYS])

export const isKnownKey = (key: string): boolean => KNOWN.has(key.toLowerCase())

/** Keys that one result, or one section in it, may have more than once. */
export const REPEATABLE: ReadonlySet<string> = new Set([
  ...['info', 'warning', 'error', 'holder', 'nserver', 'nsentry', 'dnskey', 'handle', 'organisation'],
  ...['address', 'email', 'phone', 'verifiedclaim'],
])
