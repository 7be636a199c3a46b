import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { createTransport } from 'nodemailer'
import type { Resolve } from '../../src/reading/dns.js'

/** A DNS of these records, `<name> <type>` each; a code such as ESERVFAIL stands for a failure. */
export type Zone = Record<string, string | string[] | { exchange: string; priority: number }[]>

/** Answers as `node:dns/promises` does: TXT records in pieces, ENOTFOUND for what is not there. `asked`: every question. */
export const zoneDns = (zone: Zone): { resolve: Resolve; asked: string[] } => {
  const asked: string[] = []
  const resolve: Resolve = async (name, type) => {
    const question = `${name.toLowerCase()} ${type}`
    asked.push(question)
    const answer = zone[question]
    if (answer === undefined || typeof answer === 'string')
      throw Object.assign(new Error(`${question}: ${answer ?? 'no such name'}`), { code: answer ?? 'ENOTFOUND' })
    return type === 'TXT' ? answer.map((text) => String(text).match(/.{1,250}/g) ?? []) : answer
  }
  return { resolve, asked }
}

export type DkimKey = { privateKey: string; record: string[] }

/** A key pair for DKIM, and its record (RFC 6376, 3.6.1). Made anew in each run. */
export const dkimKey = (bits = 2_048): DkimKey => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: bits })
  const p = createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64')
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    record: [`v=DKIM1; k=rsa; p=${p}`],
  }
}

/**
 * The mail with a DKIM signature of that domain before it, by the selector `s`, made by nodemailer over the fields that it
 * signs by default, or over those.
 */
export const dkimSigned = async (
  raw: string | Buffer,
  domainName: string,
  { privateKey }: DkimKey,
  headerFieldNames?: string,
): Promise<Buffer> => {
  const dkim = { domainName, keySelector: 's', privateKey, headerFieldNames }
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows', dkim })
  const { message } = await transport.sendMail({ envelope: { from: 'x@y.example', to: ['x@y.example'] }, raw })
  if (!Buffer.isBuffer(message)) throw new Error('nodemailer gave no buffer')
  return message
}
