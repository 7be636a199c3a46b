import type { RegistryMemory } from './memory.js'

/** One call as it came: the names of headers are in lower case. */
export type Call = { headers: Readonly<Record<string, string | undefined>>; body: Buffer }

/** What a server does with orders that it does not decide at once. */
export type Decides = 'at-once' | 'later' | 'never' | 'against'

/** What was made of a call; the last three are for the log only. */
export type CallAnswer = { body: string; action: string | null; domain: string | null; outcome: 'success' | 'failed' }

/**
 * The words of one protocol, as the registry's server speaks them, with its own reader and writer: nothing is shared with the
 * gateway's profile. One is made for each simulator, with what it remembers beside the names.
 */
export type ServerPersonality = {
  /** Whether the call is of the account, whose name and key are given, one pair a line. */
  knows(call: Call, accounts: ReadonlyMap<string, string>): boolean
  /** Carries out what the call says, as far as the rules allow. Never throws for that. */
  handle(call: Call, decides: Decides): CallAnswer
  refuse(call: Call): CallAnswer
  busy(): CallAnswer
  unknownCaller(): CallAnswer
}

export type MakeServerPersonality = (memory: RegistryMemory) => ServerPersonality
