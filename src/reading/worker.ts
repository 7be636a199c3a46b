/** The entry of a thread that reads mails; `pool.ts` starts it, and it is ready once its handler is there. */
import { loadProfiles } from '../profiles/load.js'
import { readMail } from './read-mail.js'
import type { Begun, Reading, ReadingTask } from './reader.js'

const prepare = async () => {
  const profiles = await loadProfiles()
  return async ({ task, begun }: Begun<ReadingTask>): Promise<Reading> => {
    const profile = profiles.get(task.profile)
    if (profile?.channel !== 'mail') throw new Error(`there is no profile ${task.profile} that reads mails`)
    begun.postMessage(null)
    return readMail(task, profile)
  }
}

export const handle = prepare()
