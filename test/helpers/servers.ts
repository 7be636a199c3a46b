import type { ServerCall, ServerPost } from '../../src/ports.js'

type Result = Awaited<ReturnType<ServerPost['post']>>

const REACHED = { address: '192.0.2.80', tls: 'TLSv1.3, certificate AA:BB' }

/** Registries' servers without a network: what was posted, and answers as the test says, or none. */
export const testServers = () => {
  const posted: ServerCall[] = []
  const results: (Result | ((call: ServerCall) => Result))[] = []
  const servers: ServerPost = {
    post: async (call) => {
      posted.push(call)
      const next = results.shift() ?? { outcome: 'temporary' as const, answer: 'nobody is there' }
      return typeof next === 'function' ? next(call) : next
    },
  }
  return { servers, posted, answerWith: (...next: typeof results) => void results.push(...next) }
}

export const answered = (body: string | Buffer, status = 200): Result => ({
  ...{ outcome: 'answered', status, reached: REACHED },
  body: typeof body === 'string' ? Buffer.from(body) : body,
})

export const brokenOff = (answer: string): Result => ({ outcome: 'uncertain', answer, reached: REACHED })
