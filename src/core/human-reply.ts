import type { Subject } from './happening.js'
import type { Outcome, Reply } from './reply.js'

/** What a person says about a request, in the form of a registry's reply. */
export const humanReply = (
  { request, domain }: Pick<Subject, 'request' | 'domain'>,
  said: { outcome: Outcome; text: string; code: string | null; expiresAt: Date | null },
): Reply => ({
  ...{ ...said, reference: request.reference, ticket: null, domain: domain.name, action: request.action },
  ...{ findings: [], undelegatedUntil: null, nameservers: null, data: null, tidings: null },
})
