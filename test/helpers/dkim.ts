import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { dkimVerify } from 'mailauth'

export type DkimPair = { privateKey: string; publicKey: KeyObject }

export const makeDkimPair = (bits = 2048): DkimPair => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: bits })
  return { privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), publicKey }
}

export const putDkimKey = (keysDir: string, file: string, { privateKey }: DkimPair, mode = 0o600): void =>
  writeFileSync(path.join(keysDir, file), privateKey, { mode })

/** What a mail server with an independent verifier finds, where the public key is at s1._domainkey.hoster.example. */
export const judgeDkim = async (mail: Buffer, { publicKey }: Pick<DkimPair, 'publicKey'>) => {
  const record = `v=DKIM1; k=rsa; p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`
  const { results } = await dkimVerify(mail, {
    resolver: async (name: string) => {
      if (name === 's1._domainkey.hoster.example') return [[record]]
      throw Object.assign(new Error(`nothing at ${name}`), { code: 'ENOTFOUND' })
    },
  })
  return results.map(({ status, signingDomain }) => `${status.result} ${signingDomain}`)
}
