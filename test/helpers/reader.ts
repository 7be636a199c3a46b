import type { Profile } from '../../src/profiles/profile.js'
import { checkSender } from '../../src/reading/check-sender.js'
import type { Resolve } from '../../src/reading/dns.js'
import { readMail } from '../../src/reading/read-mail.js'
import type { MailReader } from '../../src/reading/reader.js'
import { showMail } from '../../src/reading/show-mail.js'

/** A DNS in which there is nothing. */
export const emptyDns: Resolve = async (name) => {
  throw Object.assign(new Error(`there is no ${name}`), { code: 'ENOTFOUND' })
}

/**
 * Reads in this thread and without limits, with the same code as the workers run: they are built files, and tests run the
 * sources. Asks the DNS that the test gives it, never a real one.
 */
export const inThreadReader = (
  profiles: ReadonlyMap<string, Profile>,
  { resolve = emptyDns, questionMs }: { resolve?: Resolve; questionMs?: number } = {},
): MailReader => ({
  read: async (task) => {
    const profile = profiles.get(task.profile)
    if (profile?.channel !== 'mail') throw new Error(`there is no profile ${task.profile} that reads mails`)
    return readMail(task, profile)
  },
  checkSender: (task) => checkSender(task, resolve, questionMs),
  show: (task) => showMail(task),
  close: async () => {},
})
