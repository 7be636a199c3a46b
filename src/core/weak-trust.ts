import type { Trust, Weakness } from './connection.js'

/** Sentences for a connection that believes more than good signatures, wherever connections are shown. */
export const trustWarnings = (connection: Trusting<'weak' | 'allowUnsigned'>): string[] =>
  [weakWords(connection), unsignedWords(connection)].filter((words) => words !== null)

const unsignedWords = ({ title, trust }: Trusting<'allowUnsigned'>): string | null =>
  trust?.allowUnsigned === true
    ? `the connection "${title}" believes replies that nobody signed by the Message-IDs that they quote (trust.allowUnsigned), which whoever carries its requests could forge: set trust.senderChecks to require, and look at the log for mail.unsigned-believed`
    : null

const weakWords = ({ title, trust }: Trusting<'weak'>): string | null =>
  trust === undefined || trust.weak.length === 0
    ? null
    : `the connection "${title}" believes weak signatures (trust.weak: ${trust.weak.join(', ')}), made with ${trust.weak.map((weak) => WEAKNESSES[weak]).join(' or ')}, which can be forged: ask the registry for a better key`

/** A connection, or a view of one; without `trust` where nothing comes by mail. */
type Trusting<Field extends keyof Trust> = { title: string; trust?: Pick<Trust, Field> | undefined }

const WEAKNESSES: Record<Weakness, string> = {
  sha1: 'SHA-1',
  dsa: 'DSA keys',
  rsa1024: 'RSA keys of less than 2048 bits',
}

/** What a connection asks the DNS about each mail, where it does. */
export const senderChecksWords = ({ title, trust }: Trusting<'senderChecks'>): string | null => {
  const senderChecks = trust?.senderChecks ?? 'off'
  if (senderChecks === 'off') return null
  const checks = `the connection "${title}" keeps what SPF, DKIM and DMARC say beside each mail (trust.senderChecks: ${senderChecks})`
  return senderChecks === 'record' ? checks : `${checks} and believes none for whose sender DMARC does not vouch`
}
