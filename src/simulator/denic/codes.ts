/**
 * Eleven-digit codes of the DENIC message list. Codes marked *invented* stand for a case whose real code is in no public
 * document; they follow the list's first digit (1 success, 3 warning, 5 error, 6 permanent error).
 */
export const CODES = {
  dnsAccepted: '16000063119',
  authInfoRemoved: '16330088732',
  notDelegated: '33300102900',
  nameserverWarning: '33300102912',
  unauthorized: '53000020002',
  contactMissing: '53000060009',
  glueMissing: '53300102902',
  nameserverError: '53300102912',
  format: '63000000006',
  semantics: '63000000007',
  noSuchDomain: '63300062009',
  /** invented */
  alreadyRegistered: '53300062010',
  /** invented */
  authInfoWrong: '53300088733',
  /** invented */
  alreadyYours: '53300088734',
  /** invented */
  contactExists: '53300060010',
  /** invented */
  noAuthInfo: '63300088735',
  /** invented */
  notDeleted: '63300062011',
  /** invented as an answer to a bad signature; the code itself is the list's "PGP key does not meet the requirements" */
  signature: '60009500901',
} as const

export type Finding = { level: 'INFO' | 'WARNING' | 'ERROR'; code: string; text: string }

export const info = (code: string, text: string): Finding => ({ level: 'INFO', code, text })
export const warning = (code: string, text: string): Finding => ({ level: 'WARNING', code, text })
export const error = (code: string, text: string): Finding => ({ level: 'ERROR', code, text })
