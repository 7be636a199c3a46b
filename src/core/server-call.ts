/** Where a registry's server takes calls over HTTPS. */
export type Endpoint = {
  /** A name, which its certificate has to be for. */
  host: string
  port: number
  /** Begins with a slash. */
  path: string
  /** File with the certificate authority that signed its certificate, under the keys folder; null for those that everybody knows. */
  ca: string | null
}

export const urlOf = ({ host, port, path }: Endpoint): string => `https://${host}:${port}${path}`

/** What a server said: the status of HTTP (RFC 9110, 15) and the octets of the body. */
export type CallAnswer = { status: number; body: Buffer }
