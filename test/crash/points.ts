/** Where a process dies. `wire`: the other side of the connection ends it; `port`: it ends itself (`armed-gateway.mjs`). */
export type Point = {
  id: string
  /** What has happened by then. */
  at: string
  by: 'port' | 'wire'
  /** While it takes an order and sends its request, or while the reply comes in. */
  while: 'ordering' | 'replying'
  /**
   * What the order must come to by itself. `uncertain`: the request may have left and the profile forbids to send it
   * again, so a person decides. DENIC's is such a profile.
   */
  order: 'done' | 'uncertain' | 'refused' | 'queued'
  /** How the registry's mail server answers the final dot. */
  answer?: '250' | '451' | '554' | 'none'
}

/** The crash matrix: inbound mail and outbound requests, each row at least once. */
export const POINTS: readonly Point[] = [
  { id: 'I0', at: 'a part of the message has come', by: 'wire', while: 'replying', order: 'done' },
  { id: 'I2', at: 'the message is whole, nothing is stored', by: 'port', while: 'replying', order: 'done' },
  { id: 'I3', at: 'the mail is stored, 250 is not sent', by: 'port', while: 'replying', order: 'done' },
  { id: 'I4', at: '250 is sent', by: 'wire', while: 'replying', order: 'done' },
  { id: 'I5', at: 'the mail is stored and not claimed', by: 'port', while: 'replying', order: 'done' },
  {
    id: 'I6-lazily',
    at: 'the mail is claimed, and a crash of the database may lose that',
    by: 'port',
    while: 'replying',
    order: 'done',
  },
  { id: 'I6', at: 'the mail is claimed, which is on the disk', by: 'port', while: 'replying', order: 'done' },
  { id: 'I7', at: 'the signature is verified', by: 'port', while: 'replying', order: 'done' },
  {
    id: 'I8',
    at: 'everything but the log is written, nothing is committed',
    by: 'port',
    while: 'replying',
    order: 'done',
  },
  { id: 'I9', at: 'the reply has taken effect', by: 'port', while: 'replying', order: 'done' },
  {
    id: 'O1-within',
    at: 'the order is written without its log, and not committed',
    by: 'port',
    while: 'ordering',
    order: 'done',
  },
  { id: 'O1', at: 'the order is committed and not answered', by: 'port', while: 'ordering', order: 'done' },
  { id: 'O2', at: 'the request is signed and not stored', by: 'port', while: 'ordering', order: 'done' },
  { id: 'O3', at: 'the octets are stored, nothing has left', by: 'port', while: 'ordering', order: 'uncertain' },
  { id: 'O3-handed', at: 'the hand-over begins', by: 'port', while: 'ordering', order: 'uncertain' },
  { id: 'O4', at: 'a part of the message has left', by: 'wire', while: 'ordering', order: 'uncertain', answer: 'none' },
  { id: 'O5', at: 'the final dot has left', by: 'wire', while: 'ordering', order: 'uncertain', answer: 'none' },
  { id: 'O6', at: '250 is read and not recorded', by: 'port', while: 'ordering', order: 'uncertain' },
  { id: 'O7', at: '451 is read and not recorded', by: 'port', while: 'ordering', order: 'uncertain', answer: '451' },
  { id: 'O8', at: '554 is recorded', by: 'port', while: 'ordering', order: 'refused', answer: '554' },
  { id: 'O9', at: '250 is recorded', by: 'port', while: 'ordering', order: 'done' },
]
