import type { Context } from 'hono'

export type StreamedFile = { name: string; type: string; parts: AsyncGenerator<string> }

/**
 * A download that is made while it is read: no faster than the client takes it, and no longer than there is somebody who
 * does. Where it fails halfway the connection is cut, so that nobody takes a part for the whole.
 */
export const streamedFile = (c: Context, { name, type, parts }: StreamedFile): Response => {
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const { done, value } = await parts.next()
      if (done === true) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
    cancel: async () => void (await parts.return(undefined)),
  })
  return c.body(body, 200, {
    'content-type': `${type}; charset=utf-8`,
    'content-disposition': `attachment; filename="${name}"`,
    'x-content-type-options': 'nosniff',
  })
}
