/**
 * Whether a key looks as if its value were a secret. Names of environment variables (`passwordEnv`) are none.
 */
export const looksSecret = (key: string): boolean =>
  /pass|pwd|secret|credential|token|private[-_]?key|api[-_]?key/i.test(key) && !key.endsWith('Env')

/** The value is not told. */
export const SECRET_WORDS =
  'looks like a password, and a file holds none: put it into an environment variable, and name that as relay.passwordEnv or signing.passphraseEnv'
