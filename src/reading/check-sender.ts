import { type DKIMResult, type DMARCResult, type DNSResolver, dkimVerify, dmarc, spf } from 'mailauth'
import { SENDER_RESULTS, type SenderEvidence, type SenderResult } from '../core/mail.js'
import { readHeader, withoutMboxLine } from '../mail/mime.js'
import { createQuestions, type Resolve } from './dns.js'
import { countHeaderLines, withoutFields } from './header-fields.js'
import type { SenderTask } from './reader.js'

/** A DKIM key that is smaller verifies nothing. Bits. */
const MIN_KEY = 2_048
/** A mail with more DKIM signatures has none: each of them asks the DNS (RFC 6376, 6.1). */
const MAX_SIGNATURES = 10
/** The library's time grows with the cube of a header's lines: 90,000 of them take a minute. Honest mails have a hundred. */
const MAX_LINES = 1_000
/** SPF and DKIM ask at the same time and DMARC after them: 15 seconds in all. */
const ALLOWANCES = {
  spf: { ms: 9_000, questions: 60, late: 'ETIMEOUT' },
  // Names out of foreign signatures must not make the DNS seem to be away: a question too late counts as no answer.
  dkim: { ms: 9_000, questions: MAX_SIGNATURES, late: 'ENOTFOUND' },
  dmarc: { ms: 6_000, questions: 10, late: 'ETIMEOUT' },
} as const

/**
 * SPF (RFC 7208), DKIM (RFC 6376) and DMARC (RFC 7489) of a mail as it came by SMTP. Never throws for what a mail is; what
 * the DNS does not answer is `temperror`, where the answer would have mattered. ARC is not looked at: nobody forwards
 * replies of registries.
 */
export const checkSender = async (task: SenderTask, resolve: Resolve, questionMs?: number): Promise<SenderEvidence> => {
  const raw = withoutMboxLine(Buffer.from(task.raw.buffer, task.raw.byteOffset, task.raw.byteLength))
  const header = readHeader(raw)
  const questions = createQuestions(resolve, questionMs)
  const [sender, signed] = await Promise.all([
    checkSpf(task, questions(ALLOWANCES.spf)),
    header.ok && countHeaderLines(raw) <= MAX_LINES
      ? checkDkim({ raw, names: header.value.fields.map(({ name }) => name), receivedAt: task.receivedAt }, questions)
      : UNREADABLE,
  ])
  const from = signed.from.length === 1 ? hostOf(signed.from[0]) : null
  return {
    spf: sender.result,
    dkim: signed.result,
    dmarc: from === null ? 'permerror' : await checkDmarc({ from, sender, signed }, questions),
    domains: { spf: sender.domain, dkim: signed.good, from },
  }
}

type Questions = ReturnType<typeof createQuestions>
type Sender = { result: SenderResult; domain: string | null }
/** `good`: domains of signatures that hold. `unsure`: of those whose key the DNS did not give. `from`: addresses of From. */
type Signed = { result: SenderResult; good: string[]; unsure: string[]; from: string[] }

const UNREADABLE: Signed = { result: 'permerror', good: [], unsure: [], from: [] }

const checkSpf = async ({ envelope, mtaHostname }: SenderTask, asking: ReturnType<Questions>): Promise<Sender> => {
  const { from, remoteAddress, helo } = envelope
  if (remoteAddress === undefined) return { result: 'none', domain: null }
  const { status, domain } = await spf({
    ...{ ip: remoteAddress, helo: helo ?? `[${remoteAddress}]`, mta: mtaHostname, resolver: resolver(asking) },
    ...(from === '' ? {} : { sender: from }), // the null sender stands for postmaster at the host (RFC 7208, 2.4)
  })
  const result = resultOf(status.result)
  // The library goes on when an `include` gets no answer, and may end at `-all`.
  return { result: asking.failed() && result !== 'pass' ? 'temperror' : result, domain: hostOf(domain) }
}

const checkDkim = async (
  { raw, names, receivedAt }: { raw: Buffer; names: readonly string[]; receivedAt: Date },
  questions: Questions,
): Promise<Signed> => {
  const count = names.filter((name) => name === 'dkim-signature').length
  const { headerFrom: from, results } = await dkimVerify(
    // Chains of ARC are untrusted input to a parser that is not needed.
    withoutFields(raw, (name) => name.startsWith('arc-') || (count > MAX_SIGNATURES && name === 'dkim-signature')),
    { resolver: resolver(questions(ALLOWANCES.dkim)), minBitLength: MIN_KEY, curTime: receivedAt },
  )
  if (count > MAX_SIGNATURES) return { ...UNREADABLE, from }
  const isAmbiguous = SINGLE_FIELDS.some((single) => names.filter((name) => name === single).length > 1)
  const signatures = results.map((one) => ({ domain: hostOf(one.signingDomain), result: judge(one, isAmbiguous) }))
  const domainsOf = (wanted: SenderResult): string[] => [
    ...new Set(signatures.flatMap(({ domain, result }) => (result === wanted && domain !== null ? [domain] : []))),
  ]
  const all = signatures.map(({ result }) => result)
  const result = BEST_FIRST.find((one) => all.includes(one)) ?? 'none'
  // A field that cannot be read as a signature is left out of the results.
  return {
    result: result === 'none' && count > 0 ? 'neutral' : result,
    ...{ good: domainsOf('pass'), unsure: domainsOf('temperror'), from },
  }
}

const BEST_FIRST: readonly SenderResult[] = ['pass', 'temperror', 'policy', 'fail', 'permerror', 'neutral']

/** Of these there may be one (RFC 5322, 3.6; RFC 2045): of two a signature covers one and a reader shows the other. */
const SINGLE_FIELDS = [
  ...['from', 'sender', 'reply-to', 'to', 'cc', 'date', 'subject', 'message-id', 'in-reply-to', 'references'],
  ...['mime-version', 'content-type', 'content-transfer-encoding'],
]

/** What the library takes for good and we do not: octets that `l=` leaves out, SHA-1 (RFC 8301), a From that is not signed. */
const judge = (signature: DKIMResult, isAmbiguous: boolean): SenderResult => {
  const { status } = signature
  if (status.comment === 'body hash did not verify') return 'fail'
  const result = resultOf(status.result)
  if (result !== 'pass') return result
  if (!signedFieldsOf(signature).includes('from')) return 'permerror' // RFC 6376, 6.1.1
  return isAmbiguous || status.underSized || /sha1$/i.test(algorithmOf(signature)) ? 'policy' : 'pass'
}

const signedFieldsOf = (signature: DKIMResult): string[] => {
  const signing: unknown = 'signingHeaders' in signature ? signature.signingHeaders : null
  const keys = typeof signing === 'object' && signing !== null && 'keys' in signing ? String(signing.keys) : ''
  return keys.split(':').map((name) => name.trim().toLowerCase())
}

const algorithmOf = (signature: DKIMResult): string => ('algo' in signature ? String(signature.algo) : '')

/** `temperror` where the answers that did not come could have made it pass. */
const checkDmarc = async (
  { from, sender, signed }: { from: string; sender: Sender; signed: Signed },
  questions: Questions,
): Promise<SenderResult> => {
  const asking = questions(ALLOWANCES.dmarc)
  const ask = async (spfDomains: string[], dkimDomains: string[]): Promise<SenderResult> => {
    const verdict = await dmarc({
      ...{ headerFrom: [`postmaster@${from}`], spfDomains, resolver: resolver(asking) },
      dkimDomains: dkimDomains.map((domain) => ({ domain })),
    })
    if (verdict === false) return 'permerror'
    const result = resultOf(verdict.status.result)
    return result === 'pass' && !isAligned({ verdict, from, spfDomains, dkimDomains }) ? 'fail' : result
  }
  const domain = sender.domain === null ? [] : [sender.domain]
  const known = await ask(sender.result === 'pass' ? domain : [], signed.good)
  if (known !== 'fail') return known
  const isOpen = sender.result === 'temperror' || signed.unsure.length > 0
  const unsure = sender.result === 'temperror' ? domain : []
  return isOpen && (await ask(unsure, signed.unsure)) === 'pass' ? 'temperror' : 'fail'
}

/** The library finds domains aligned that have the organisation in common, also where the record asks for the same name. */
const isAligned = (input: {
  verdict: DMARCResult
  from: string
  spfDomains: string[]
  dkimDomains: string[]
}): boolean => {
  const { spf, dkim } = input.verdict.alignment
  const isSame = (domains: string[]) => domains.includes(input.from)
  return (
    (Boolean(dkim.result) && (!dkim.strict || isSame(input.dkimDomains))) ||
    (Boolean(spf.result) && (!spf.strict || isSame(input.spfDomains)))
  )
}

const resultOf = (word: string): SenderResult =>
  word === 'temperr' ? 'temperror' : (SENDER_RESULTS.find((result) => result === word) ?? 'neutral')

/** The domain of an address, or a domain itself; null for what is no name of a host in A-labels. */
const hostOf = (address: string | undefined): string | null => {
  const name = (address ?? '').slice((address ?? '').lastIndexOf('@') + 1).toLowerCase()
  return name.length <= 253 && /^[a-z0-9_-]+(\.[a-z0-9_-]+)+$/.test(name) ? name : null
}

/** The library's type leaves out MX records, which it asks for. */
const resolver = ({ resolve }: ReturnType<Questions>): DNSResolver => resolve as DNSResolver
