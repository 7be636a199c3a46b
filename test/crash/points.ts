/** What becomes of an order by itself. */
export type Came = 'done' | 'uncertain' | 'refused'

/** Where a process dies. `wire`: the other side of the connection ends it; `port`: it ends itself (`armed-gateway.mjs`). */
export type Point = {
  id: string
  /** What has happened by then. */
  at: string
  by: 'port' | 'wire'
  /** While it takes orders and sends their requests, or while the replies come in. */
  while: 'ordering' | 'replying'
  /**
   * What the order must come to that the process died at, and all others too that were at the same step. `uncertain`: the
   * request may have left and the profile forbids to send it again, so a person decides. DENIC's is such a profile.
   */
  order: Came
  /** What else may become of the others, where each came as far as it came. */
  company?: readonly Came[]
  /** All orders are in one transaction, which is kept or not: they come to the same. `either`: nobody knows which. */
  shared?: true
  either?: Came
  /** Of an order that is uncertain, whole mails that the registry's server has; where it is not one. */
  reaches?: 0
  /** How the registry's mail server answers the final dot until then, and that it says nothing to the first octets. */
  answer?: '451 4.3.0 later' | '554 5.7.1 never' | 'silent'
  content?: 'silent'
}

const port = (id: string, at: string) => ({ id, at, by: 'port' }) as const
const wire = (id: string, at: string) => ({ id, at, by: 'wire' }) as const
const replying = { while: 'replying', order: 'done' } as const
const ordering = { while: 'ordering', order: 'done' } as const
/** It may have left, and those who were not so far are sent at the next start. */
const doubtful = { while: 'ordering', order: 'uncertain', company: ['done'] } as const
const shared = { ...ordering, shared: true } as const

/** The crash matrix: inbound mail and outbound requests, each row at least once; and the moments of what orders or mails share. */
export const POINTS: readonly Point[] = [
  { ...wire('I0', 'a part of the message has come'), ...replying },
  { ...port('I2', 'the message is whole, nothing is stored'), ...replying },
  { ...port('I2-storing', 'the statement that stores it is about to go'), ...replying },
  { ...port('I3', 'the mail is stored, 250 is not sent'), ...replying },
  { ...wire('I4', '250 is sent'), ...replying },
  { ...port('I5', 'the mail is stored and not claimed'), ...replying },
  { ...port('I6', 'the mail is claimed, without waiting for the disk'), ...replying },
  { ...port('I6-kept', 'the mail is claimed, and the disk has that'), ...replying },
  { ...port('I7', 'the signature is verified'), ...replying },
  { ...port('I8', 'everything is written and not committed'), ...replying },
  { ...port('settling-some', 'some replies of a transaction have run, others not'), ...replying, shared: true },
  { ...port('settling-commit', 'all replies have run, COMMIT is about to go'), ...replying, shared: true },
  { ...port('settling-sent', 'COMMIT has left and is not answered'), ...replying, shared: true },
  { ...port('settling-kept', 'COMMIT is answered, nobody has heard'), ...replying, shared: true },
  { ...port('I9', 'the reply has taken effect'), ...replying },
  { ...port('O1-within', 'the order is written and not committed'), ...ordering },
  { ...port('placing-some', 'some orders of a transaction are written, others not'), ...shared },
  { ...port('placing-commit', 'all orders are written, COMMIT is about to go'), ...shared },
  { ...port('placing-sent', 'COMMIT has left and is not answered'), ...shared },
  { ...port('placing-kept', 'COMMIT is answered, nobody has heard'), ...shared },
  { ...port('O1', 'the order is committed and not answered'), ...ordering },
  { ...port('O1-claimed', 'the request is claimed, without waiting for the disk'), ...ordering },
  { ...port('O2', 'the request is signed and not stored'), ...ordering },
  { ...port('marking-some', 'some octets of a transaction are stored, others not'), ...shared },
  { ...port('marking-commit', 'all octets are stored, COMMIT is about to go'), ...shared },
  { ...port('marking-sent', 'COMMIT has left and is not answered'), ...shared, either: 'uncertain', reaches: 0 },
  { ...port('marking-kept', 'COMMIT is answered, nobody has heard'), ...shared, order: 'uncertain', reaches: 0 },
  { ...port('O3', 'the octets are stored, nothing has left'), ...doubtful, reaches: 0 },
  { ...port('O3-handed', 'the hand-over begins'), ...doubtful, reaches: 0 },
  { ...wire('O4', 'a part of the message has left'), ...doubtful, content: 'silent', reaches: 0 },
  { ...wire('O5', 'the final dot has left'), ...doubtful, answer: 'silent' },
  { ...port('O6', '250 is read and not recorded'), ...doubtful },
  { ...port('O7', '451 is read and not recorded'), ...doubtful, answer: '451 4.3.0 later' },
  { ...port('recording-some', 'some answers of a transaction are written, others not'), ...shared, order: 'uncertain' },
  { ...port('recording-commit', 'all answers are written, COMMIT is about to go'), ...shared, order: 'uncertain' },
  { ...port('recording-sent', 'COMMIT has left and is not answered'), ...shared, either: 'uncertain' },
  { ...port('recording-kept', 'COMMIT is answered, nobody has heard'), ...shared },
  {
    ...{ ...port('O8', '554 is recorded'), while: 'ordering', order: 'refused' },
    ...{ company: ['uncertain', 'done'], answer: '554 5.7.1 never' },
  },
  { ...port('O9', '250 is recorded'), ...ordering, company: ['uncertain'] },
]
