import { loadProfiles } from '../../src/profiles/load.js'
import type { MailProfile, Profile } from '../../src/profiles/profile.js'

/** The profiles whose requests are mails, in the order of their ids. */
export const loadMailProfiles = async (): Promise<MailProfile[]> =>
  [...(await loadProfiles()).values()].filter(isOfMail)

const isOfMail = (profile: Profile): profile is MailProfile => profile.channel === 'mail'

/** The account that the samples of a profile are for, and so are the replies in its fixtures. */
export const accountOf = ({ samples }: MailProfile): Record<string, unknown> =>
  samples.flatMap(({ input }) => (input === undefined ? [] : [input.connection.account]))[0] ?? {}
