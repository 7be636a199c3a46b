/** The entry of a thread that asks the DNS who sent a mail; apart from those that read mails, which do not load its library. */
import type { SenderEvidence } from '../core/mail.js'
import { createResolve } from './dns.js'
import type { Begun, SenderTask } from './reader.js'

const prepare = async () => {
  // The library lets a header write to Object.prototype by this name (`Content-Type: x; __proto__*0*=...`).
  Reflect.deleteProperty(Object.prototype, '__proto__')
  // It makes remarks on the standard output, which belongs to the log.
  console.log = () => {}
  const { checkSender } = await import('./check-sender.js')
  const resolve = createResolve()
  return async ({ task, begun }: Begun<SenderTask>): Promise<SenderEvidence> => {
    begun.postMessage(null)
    return checkSender(task, resolve)
  }
}

export const handle = prepare()
