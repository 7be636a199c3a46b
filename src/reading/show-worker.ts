/** The entry of a thread that decodes mails for people; apart from those that read mails, which do not load its library. */
import type { Begun, ShownMail, ShowTask } from './reader.js'

const prepare = async () => {
  // The library lets a header write to Object.prototype by this name (`Content-Type: x; __proto__*0*=...`).
  Reflect.deleteProperty(Object.prototype, '__proto__')
  const { showMail } = await import('./show-mail.js')
  return async ({ task, begun }: Begun<ShowTask>): Promise<ShownMail | null> => {
    begun.postMessage(null)
    return showMail(task)
  }
}

export const handle = prepare()
