/** The answers of the API as OpenAPI describes them; what is answered is checked against these by the compiler. */
import { z } from '@hono/zod-openapi'
import { ACTIONS, TRANSFER_ANSWERS } from '../../core/action.js'
import { ACTION_LEVELS } from '../../core/action-log.js'
import {
  BELOW_REGISTRABLE,
  CHANNELS,
  DNS_PREPARATIONS,
  SCHEMES,
  SENDER_CHECKS,
  WEAKNESSES,
} from '../../core/connection.js'
import { DOMAIN_DETAILS, DOMAIN_STATUSES } from '../../core/domain.js'
import { MAIL_STAGES, SENDER_RESULTS } from '../../core/mail.js'
import { MODES } from '../../core/mode.js'
import { ORDER_STATUSES } from '../../core/order.js'
import { OUTCOMES } from '../../core/reply.js'
import { TRANSFER_AWAY } from '../../core/transfer-away.js'

const time = () => z.string().openapi({ format: 'date-time' })
const nameservers = z.array(z.object({ host: z.string(), addresses: z.array(z.string()) }))

const support = () => z.object({ name: z.string().nullable(), email: z.string().nullable() }).nullable()

const contact = z.object({
  handle: z.string().optional(),
  name: z.string().optional(),
  organization: z.string().optional(),
  street: z.array(z.string()).optional(),
  city: z.string().optional(),
  province: z.string().optional(),
  postalCode: z.string().optional(),
  country: z.string().optional(),
  phone: z.string().optional(),
  email: z.string().optional(),
  uriTemplate: z.string().optional(),
  type: z.enum(['person', 'organization', 'role']).optional(),
})

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().openapi({ description: 'What is wrong and what to do.' }),
    errors: z.array(
      z.object({ pointer: z.string().openapi({ description: 'RFC 6901, into the body.' }), detail: z.string() }),
    ),
    support: support()
      .optional()
      .openapi({ description: 'Whom to ask at the registry, where its connection says it.' }),
  })
  .openapi('Problem', { description: 'RFC 9457' })

export const orderSchema = z
  .object({
    id: z.string(),
    status: z.enum(ORDER_STATUSES),
    billingOrderId: z.string(),
    account: z.object({ id: z.string(), type: z.enum(['customer', 'provider']), email: z.string().nullable() }),
    origin: z.enum(['store', 'control-centre', 'provider']),
    action: z.enum(ACTIONS),
    domain: z.string().openapi({ description: 'In A-labels.' }),
    unicodeName: z.string(),
    period: z.object({ years: z.number().int() }).nullable(),
    nameservers,
    contacts: z.record(z.string(), z.array(contact)),
    authInfo: z.string().nullable().openapi({ description: '`***` where the order has one.' }),
    dnssec: z.array(z.string()).nullable(),
    records: z.array(z.string()),
    disconnect: z.boolean().nullable(),
    notify: z.string().nullable(),
    price: z.object({ amount: z.string(), currency: z.string() }).nullable(),
    agreement: z.object({ version: z.string(), acceptedBy: z.string(), acceptedAt: time() }).nullable(),
    mode: z.enum(MODES).openapi({ description: '`test`: nothing of it is real.' }),
    paid: z.boolean(),
    paidAt: time().nullable(),
    paymentReference: z.string().nullable(),
    connection: z.string(),
    chargedAt: time().nullable().openapi({ description: 'When `billing.charge` was told: once an order.' }),
    refundedAt: time().nullable().openapi({ description: 'When `billing.refund` was told: at most once an order.' }),
    approval: z
      .object({
        orderedBy: z
          .array(z.string())
          .openapi({ description: 'Who may not approve it, as the action log names them.' }),
        until: time().nullable().openapi({ description: 'When it is cancelled unless somebody approves it.' }),
        approvedBy: z.string().nullable(),
        approvedAt: time().nullable(),
      })
      .nullable()
      .openapi({ description: 'Of an order that takes a second person (`SEALPOST_TWO_PERSONS`); null for others.' }),
    dnsPrepare: z
      .object({
        askedAt: time().openapi({ description: 'When `dns.prepare` was told.' }),
        preparedAt: time().nullable(),
        next: z.string().nullable().openapi({ description: 'What the request waits for; null where it does not.' }),
      })
      .nullable()
      .openapi({ description: 'Of an order whose request waits, or waited, for its DNS; null for others.' }),
    reason: z.string().nullable(),
    support: support().openapi({ description: "The registry's contact, where the order went wrong." }).optional(),
    code: z.string().nullable().openapi({
      description:
        "The registry's own code, or `undeliverable` or `timeout`; of a cancelled order `rejected` or `not-approved`, where a second person did not want it or did not come, or `lapsed`: an answer to another provider that was not true any more when it was to leave.",
    }),
    warnings: z.array(z.object({ pointer: z.string(), detail: z.string() })).openapi({
      description: 'What was found when it was placed and did not keep it from being taken; pointers into the body.',
    }),
    result: z
      .record(z.string(), z.union([z.string(), z.array(z.string())]))
      .nullable()
      .openapi({
        description:
          'What the registry answered to a `check` or `info`, in its own words; of a `lookup` the `verdict`, `available` or `taken`.',
      }),
    request: z
      .object({
        id: z.string(),
        reference: z.string(),
        attempts: z.number().int(),
        nextAttemptAt: time().nullable(),
        sentAt: time().nullable(),
        deadline: time().nullable(),
        answer: z.string().nullable().openapi({ description: "The mail server's own words." }),
        ticket: z.string().nullable(),
      })
      .nullable(),
    createdAt: time(),
    updatedAt: time(),
    erasedAt: time()
      .nullable()
      .openapi({ description: 'When its personal data was erased; contacts, addresses and AuthInfo are gone since.' }),
  })
  .openapi('Order')

export const checkedOrderSchema = orderSchema
  .extend({ check: z.object({ at: time(), text: z.string().openapi({ description: 'What was found.' }) }) })
  .openapi('CheckedOrder')

export const batchSchema = z
  .object({
    taken: z.number().int(),
    refused: z.number().int(),
    results: z.array(
      z.object({
        index: z.number().int().openapi({ description: 'Of the order in the batch, from 0.' }),
        status: z.number().int().openapi({ description: '202, or that of the problem.' }),
        order: orderSchema.nullable(),
        problem: problemSchema.nullable(),
      }),
    ),
  })
  .openapi('BatchResult')

const wholeSeconds = (description: string) =>
  z
    .number()
    .int()
    .openapi({ description: `Seconds. ${description}` })

export const pendingSchema = z
  .object({
    order: z.string(),
    billingOrderId: z.string(),
    account: z.string(),
    action: z.enum(ACTIONS),
    domain: z.string(),
    unicodeName: z.string(),
    status: z.enum(ORDER_STATUSES),
    mode: z.enum(MODES).openapi({ description: '`test`: nothing of it is real.' }),
    connection: z.object({ id: z.string(), title: z.string() }),
    request: z.string(),
    placedAt: time(),
    sentAt: time().nullable(),
    age: wholeSeconds('Since the request was sent, or the order placed.'),
    deadline: time()
      .nullable()
      .openapi({ description: 'When the order times out, or waits for a second person no more.' }),
    attempts: z.number().int(),
    nextAttemptAt: time().nullable(),
    nextCheckAt: time().nullable(),
    answer: z.string().nullable().openapi({ description: "The mail server's own words." }),
    late: z.boolean().openapi({ description: '`request.overdue` was told.' }),
    lastReply: z
      .object({ mail: z.string(), receivedAt: time(), stage: z.enum(MAIL_STAGES), effect: z.string().nullable() })
      .nullable(),
    usualReply: z
      .object({
        count: z.number().int(),
        p50: wholeSeconds('Half of its decisions came sooner.'),
        p95: wholeSeconds('95 of 100 came sooner.'),
      })
      .nullable()
      .openapi({ description: "Of this connection's own latest 500 decisions on this action." }),
  })
  .openapi('Pending')

export const domainSchema = z
  .object({
    name: z.string(),
    unicodeName: z.string(),
    status: z.enum(DOMAIN_STATUSES).nullable(),
    registered: z.boolean().openapi({
      description:
        "While Registering or Transferring: the request is lodged with the registry or on its way. The registry's own word only in Registered.",
    }),
    reachable: z.boolean().openapi({
      description: 'Its delegation was seen in the DNS. While it is false nobody finds the domain on the Internet.',
    }),
    detail: z.enum(DOMAIN_DETAILS),
    eppStatus: z.array(z.string()),
    connection: z.string(),
    mode: z.enum(MODES).openapi({ description: '`test`: nothing of it is real.' }),
    nameservers,
    dnssec: z.array(z.string()),
    expiresAt: time().nullable(),
    expired: z.boolean().openapi({ description: 'Its registration has ended, and no renewal is known here.' }),
    suspended: z.boolean().openapi({ description: 'The registry keeps it out of the zone.' }),
    locked: z.boolean().openapi({
      description:
        'Other providers that ask for it are refused (`reject-transfer`). `lock` and `release` change it; some registries lock names that come to them.',
    }),
    transferRequest: z
      .object({
        by: z.string().nullable().openapi({ description: 'As the registry names it; null where it does not.' }),
        until: time().nullable().openapi({ description: 'Until when the registry waits for an answer.' }),
        toldAt: time(),
        order: z.string().nullable().openapi({ description: 'The order that answers it; null: none does yet.' }),
        answer: z.enum(TRANSFER_ANSWERS).nullable().openapi({ description: 'Null: it has none yet.' }),
        answeredAt: time().nullable().openapi({ description: 'When the registry confirmed the answer.' }),
      })
      .nullable()
      .openapi({ description: 'The last time that another provider asked the registry for the domain.' }),
    openOrder: z.string().nullable(),
    account: z.string().nullable().openapi({
      description: 'Whose it is: by its orders, by its import, or whom it was given to since. Null: nobody is known.',
    }),
    support: support().openapi({ description: "The registry's contact, beside an Error." }),
    since: time(),
    next: z.string().openapi({ description: 'What happens next, and when.' }),
  })
  .openapi('Domain')

export const actionSchema = z
  .object({
    id: z.string(),
    at: time(),
    level: z.enum(ACTION_LEVELS),
    actor: z.string(),
    domain: z.string().nullable(),
    order: z.string().nullable(),
    request: z.string().nullable(),
    mail: z.string().nullable(),
    event: z.string(),
    text: z.string(),
    data: z.record(z.string(), z.unknown()),
    hash: z.string().openapi({ description: 'SHA-256 over the hash of the entry before and this entry.' }),
  })
  .openapi('Action')

export const mailSchema = z
  .object({
    id: z.string(),
    direction: z.enum(['in', 'out']),
    connection: z.string().nullable(),
    envelope: z.object({
      from: z.string(),
      to: z.array(z.string()),
      remoteAddress: z.string().optional(),
      helo: z.string().optional(),
      over: z.enum(['https']).optional().openapi({
        description:
          'There where the octets are no mail: they are the body of a call of a server, or of its answer, and `from` or `to` is its URL.',
      }),
    }),
    receivedAt: time(),
    sha256: z.string(),
    size: z.number().int(),
    stage: z.enum(MAIL_STAGES),
    reason: z.string().nullable(),
    verdict: z
      .object({
        kind: z.enum(['trusted', 'untrusted', 'unsigned']),
        reason: z.string(),
        fingerprint: z.string().nullable(),
        signedAt: time().nullable(),
      })
      .nullable(),
    evidence: z
      .object({
        spf: z.enum(SENDER_RESULTS),
        dkim: z.enum(SENDER_RESULTS),
        dmarc: z.enum(SENDER_RESULTS),
        domains: z.object({ spf: z.string().nullable(), dkim: z.array(z.string()), from: z.string().nullable() }),
      })
      .nullable()
      .openapi({
        description:
          "What the sender's domain says of the mail (RFC 8601), where trust.senderChecks of its connection asks for it.",
      }),
    replies: z.array(
      z.object({
        outcome: z.enum(OUTCOMES),
        reference: z.string().nullable(),
        domain: z.string().nullable(),
        code: z.string().nullable(),
        text: z.string(),
        effect: z.string(),
        stage: z.enum(MAIL_STAGES).optional().openapi({ description: 'What became of this reply.' }),
        rule: z
          .object({ id: z.string(), version: z.number().int(), title: z.string() })
          .optional()
          .openapi({ description: 'The rule that read it, where the profile could not.' }),
      }),
    ),
    orders: z.array(z.string()),
    request: z.string().nullable(),
    archivedAt: time()
      .nullable()
      .openapi({ description: 'When its octets left the database for the archive (SEALPOST_RETENTION).' }),
    erasedAt: time().nullable().openapi({ description: 'When its octets were erased as personal data.' }),
  })
  .openapi('Mail')

export const timelineItemSchema = z
  .union([
    actionSchema.extend({ kind: z.literal('action') }).openapi('TimelineAction'),
    mailSchema.extend({ kind: z.literal('mail') }).openapi('TimelineMail'),
  ])
  .openapi('TimelineItem')

const duration = () => z.string().openapi({ description: 'Such as `5d`, `90m` or `45s`.' })

const windowed = () => ({ file: z.string(), notBefore: time().nullable(), notAfter: time().nullable() })

export const agreementSchema = z
  .object({
    version: z
      .string()
      .nullable()
      .openapi({ description: '`sha256:` and the digest of text and file; null where the file cannot be read.' }),
    text: z.string().nullable(),
    file: z.string().nullable(),
    content: z.string().nullable().openapi({ description: 'What the file holds.' }),
    problem: z
      .string()
      .nullable()
      .openapi({ description: 'Why the file cannot be read; no order is taken meanwhile.' }),
  })
  .openapi('Agreement')

export const connectionSchema = z
  .object({
    id: z.string(),
    title: z.string(),
    profile: z.string(),
    tlds: z.array(z.string()),
    mode: z.enum(MODES),
    channel: z.enum(CHANNELS).openapi({
      description: 'How its requests travel. The next six fields are about mail: there where it is `mail` alone.',
    }),
    registry: z
      .object({ to: z.string(), from: z.string(), replyTo: z.string(), test: z.string().nullable() })
      .optional(),
    relay: z
      .object({
        host: z.string(),
        port: z.number().int(),
        tls: z.union([z.literal(false), z.enum(['starttls', 'implicit'])]),
        user: z.string().nullable(),
        passwordEnv: z.string().nullable(),
        ca: z.string().nullable(),
        localAddress: z.string().nullable(),
      })
      .nullish()
      .openapi({ description: "Null: requests go to the mail servers of the registry's domain." }),
    mx: z
      .object({
        tls: z.union([z.literal(false), z.enum(['opportunistic', 'starttls'])]),
        ca: z.string().nullable(),
        localAddress: z.string().nullable(),
      })
      .nullish(),
    dkim: z.object({ domain: z.string(), selector: z.string(), key: z.string() }).nullish(),
    signing: z
      .union([
        z.object({ scheme: z.enum(SCHEMES), key: z.string(), passphraseEnv: z.string().nullable() }),
        z.object({
          scheme: z.enum(SCHEMES),
          keys: z.array(z.object({ ...windowed(), passphraseEnv: z.string().nullable() })),
        }),
      ])
      .optional(),
    trust: z
      .object({
        keys: z.array(z.object({ ...windowed(), names: z.array(z.string()).nullable() })),
        schemes: z.array(z.enum(SCHEMES)),
        maxAge: duration(),
        allowUnsigned: z.boolean().openapi({
          description:
            'Whether unsigned mails of a registry that never signs settle the requests whose Message-IDs they quote.',
        }),
        unsignedFrom: z
          .array(z.string())
          .nullable()
          .openapi({ description: "The addresses that those come from; null: the registry's own." }),
        weak: z.array(z.enum(WEAKNESSES)),
        senderChecks: z.enum(SENDER_CHECKS),
      })
      .optional(),
    checkEvery: duration(),
    reconcile: z.boolean(),
    rate: z.object({ perDay: z.number() }).nullable(),
    replyTimeout: duration(),
    account: z.record(z.string(), z.unknown()).openapi({ description: 'What the profile needs.' }),
    defaults: z.object({ nameservers, contacts: z.record(z.string(), z.unknown()) }),
    agreement: agreementSchema.nullable(),
    expiry: z.object({ warnDays: z.number().nullable(), renewDays: z.number().nullable() }).nullable(),
    lookup: z.string().nullable(),
    watch: z.object({ delegation: z.boolean().nullable() }).nullable().openapi({
      description: 'Whether the DNS is asked for the delegation of its domains; null: in live mode alone.',
    }),
    support: support(),
    transferChecklist: z.string().nullable().openapi({
      description: 'What whoever moves a domain here has to see to.',
    }),
    transferAway: z.enum(TRANSFER_AWAY).openapi({
      description: 'What is done where another provider asks for a domain that is not locked.',
    }),
    setup: z.boolean().openapi({
      description: "Whether `setup` and `remove` are the gateway's own, where the registry has them not.",
    }),
    dnsPrepare: z.enum(DNS_PREPARATIONS).openapi({
      description:
        '`required`: the request of a register or transfer is held until `dns.prepare` was answered or acknowledged.',
    }),
    belowRegistrable: z.enum(BELOW_REGISTRABLE).openapi({
      description: '`people`: orders for names below a registrable one are taken, and become tickets.',
    }),
    paused: z.boolean(),
    allowList: z
      .object({
        from: z.string().nullable(),
        envelopeDomain: z
          .string()
          .nullable()
          .openapi({ description: 'Of the envelope senders, to which bounces come back.' }),
        helo: z.string().nullable(),
        address: z.string().nullable(),
        detail: z.string(),
      })
      .openapi({ description: 'What the registry has to let in, where it takes mail from known senders alone.' }),
    createdAt: time(),
  })
  .openapi('Connection')

export const previewSchema = z
  .object({
    envelope: z.object({ from: z.string(), to: z.array(z.string()) }),
    raw: z.string().openapi({ description: 'The exact mail.' }),
  })
  .openapi('Preview')
