import { Fault, messageOf } from '../core/errors.js'

/** Metadata, keys and tokens are some kilobytes. Octets. */
const LARGEST = 1024 * 1024

type Ask = (url: string, options: object) => Promise<Response>

/**
 * Asks an issuer, and reads no more of its answer than a megabyte. Throws `Fault` issuer-away where it does not answer in
 * time or to the end, or says itself that it cannot (5xx).
 */
export const cappedFetch =
  (ask: Ask = fetch): Ask =>
  async (url, options) => {
    try {
      const response = await ask(url, options)
      if (response.status >= 500) throw new Error(`it answers ${response.status}`)
      return new Response(await readCapped(response), { status: response.status, headers: response.headers })
    } catch (cause) {
      throw new Fault('issuer-away', `${new URL(url).host} cannot be asked: ${deepestWords(cause)}`, {
        ...{ temporary: true, cause },
      })
    }
  }

/** Null where the status has no body. */
const readCapped = async (response: Response): Promise<Buffer<ArrayBuffer> | null> => {
  if (response.body === null) return null
  const chunks: Uint8Array[] = []
  let octets = 0
  for await (const chunk of response.body) {
    octets += chunk.length
    if (octets > LARGEST) throw new Error(`its answer is larger than ${LARGEST} octets`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** `fetch` says that it failed, and why in its cause. */
const deepestWords = (error: unknown): string =>
  error instanceof Error && error.cause instanceof Error ? deepestWords(error.cause) : messageOf(error)
