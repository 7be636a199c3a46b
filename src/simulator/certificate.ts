import { generateKeyPairSync, randomBytes } from 'node:crypto'
import forge from 'node-forge'

const DAY = 86_400_000

/** A server's private key and its certificate, both as PEM, for these addresses; it vouches for itself and holds a month. */
export const makeServerCertificate = (addresses: readonly string[]): { key: string; certificate: string } => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey)
  certificate.serialNumber = `01${randomBytes(8).toString('hex')}`
  certificate.validity.notBefore = new Date(Date.now() - DAY)
  certificate.validity.notAfter = new Date(Date.now() + 30 * DAY)
  const name = [{ name: 'commonName', value: 'simulated registry' }]
  certificate.setSubject(name)
  certificate.setIssuer(name)
  certificate.setExtensions([
    { name: 'basicConstraints', cA: true },
    { name: 'subjectAltName', altNames: addresses.map((ip) => ({ type: 7, ip })) },
  ])
  certificate.sign(forge.pki.privateKeyFromPem(privateKey), forge.md.sha256.create())
  return { key: privateKey, certificate: forge.pki.certificateToPem(certificate) }
}
