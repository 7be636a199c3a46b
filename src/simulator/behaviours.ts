import { SimulatorError } from './errors.js'

/** What the simulator can do with an order, in one sentence each. Only `honest` is how a registry should be. */
export const BEHAVIOURS = {
  honest: 'carries out the order and answers, signed',
  silent: 'takes the mail, does nothing and never answers',
  late: 'carries out the order and answers after a longer delay (10 s unless set otherwise)',
  refuse: 'refuses every order, signed, and changes nothing',
  unsigned: 'carries out the order and answers without a signature',
  'wrong-key': 'carries out the order and signs the answer with a key that it made when it started',
  duplicate: 'delivers the answer twice octet for octet, and once more under a new Message-ID behind a Received header',
  'twice-different': 'answers, and then answers the same reference again with a signed refusal',
  'quote-original': 'puts text and the quoted order around the signed part of the answer',
  misquotes: 'carries out the order and answers, and quotes the Message-ID of a mail that nobody sent',
  'unknown-wording': 'does nothing and answers, signed, in words that follow no protocol',
  'moves-away': 'carries out the order and answers, and then tells that the domain went to another provider',
  deletes: 'carries out the order and answers, and then deletes the domain and tells so',
  warns: 'carries out the order and answers, and then warns that the domain is deleted in a week',
  'asks-away':
    'carries out the order and answers, and then tells that another provider asks for the domain, where it has words for that',
  tempfail: 'answers 451 to every recipient, so that the sender must try again',
  reject: 'answers 550 to every recipient, so that the sender must give up',
  bounce: 'takes the mail with 250, then returns it as undeliverable (RFC 3464, 5.1.1) to its envelope sender',
} as const satisfies Record<string, string>

export type Behaviour = keyof typeof BEHAVIOURS

/** The behaviour of that name; throws `SimulatorError` (usage) with the list of those that there are. */
export const parseBehaviour = (name: string): Behaviour => {
  if (isBehaviour(name)) return name
  throw new SimulatorError('usage', `--behave ${name}: there is no such behaviour; choose one of ${listed()}`)
}

const isBehaviour = (name: string): name is Behaviour => Object.hasOwn(BEHAVIOURS, name)

const listed = () => Object.keys(BEHAVIOURS).join(', ')
