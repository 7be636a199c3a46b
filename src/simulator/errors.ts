/**
 * Why the simulator cannot start or go on, in a sentence that says what to do. `usage` is a mistake in the words of the
 * command, the others are things outside: a file, a key, a port.
 */
export class SimulatorError extends Error {
  override readonly name = 'SimulatorError'
  readonly code: 'usage' | 'file' | 'key' | 'listen'
  readonly temporary: boolean

  constructor(code: SimulatorError['code'], message: string, options: { temporary?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.code = code
    this.temporary = options.temporary ?? false
  }
}

/** The message of anything that was thrown, on one line. */
export const sentenceOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').trim()
