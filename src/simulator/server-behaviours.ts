import { SimulatorError } from './errors.js'

/** What a simulated server can do with a call, in one sentence each. Only `honest` is how a registry should be. */
export const SERVER_BEHAVIOURS = {
  honest: 'carries out the order and answers',
  late: 'carries out the order and answers after a longer delay (10 s unless set otherwise)',
  refuse: 'refuses every order and changes nothing',
  submits: 'takes every order as submitted, and carries it out when it is asked about for the second time',
  declines: 'takes every order as submitted, and declines it when it is asked about for the second time',
  undecided: 'takes every order as submitted, and never decides',
  silent: 'does nothing and closes the connection without an answer',
  'lost-answer': 'carries out the order and closes the connection without an answer',
  'unknown-wording': 'does nothing and answers in words that follow no protocol',
  busy: 'takes nothing and says that there are too many calls',
  'unknown-caller': 'takes nothing, as if it did not know who calls',
  unavailable: 'takes nothing and answers 503 (HTTP)',
} as const satisfies Record<string, string>

export type ServerBehaviour = keyof typeof SERVER_BEHAVIOURS

/** The behaviour of that name; throws `SimulatorError` (usage) with the list of those that there are. */
export const parseServerBehaviour = (name: string): ServerBehaviour => {
  if (isServerBehaviour(name)) return name
  const known = Object.keys(SERVER_BEHAVIOURS).join(', ')
  throw new SimulatorError('usage', `--behave ${name}: a server has no such behaviour; choose one of ${known}`)
}

export const isServerBehaviour = (name: string): name is ServerBehaviour => Object.hasOwn(SERVER_BEHAVIOURS, name)
