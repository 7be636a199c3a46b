import { pino } from 'pino'
import type { LogLevel } from './config.js'
import type { Log } from './ports.js'

/** JSON lines on standard output, with the level as a word and the time in RFC 3339. */
export const createLogger = (level: LogLevel): Log =>
  pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: ['*.passphrase', '*.password', '*.token', '*.authInfo'],
  })
