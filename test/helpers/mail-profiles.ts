import { loadProfiles } from '../../src/profiles/load.js'
import type { MailProfile, Profile } from '../../src/profiles/profile.js'

/** The profiles whose requests are mails, in the order of their ids. */
export const loadMailProfiles = async (): Promise<MailProfile[]> =>
  [...(await loadProfiles()).values()].filter(isOfMail)

const isOfMail = (profile: Profile): profile is MailProfile => profile.channel === 'mail'
