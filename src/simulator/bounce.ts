import { composeMail, multipart } from './compose.js'

/** A delivery status notification for a mail that a server took and could not deliver (RFC 3464, status 5.1.1). */
export const composeBounce = (input: {
  address: string
  to: string
  recipient: string
  octets: Buffer
  at: Date
}): Buffer => {
  const host = input.address.split('@').at(-1) ?? 'localhost'
  const explanation = [
    'Content-Type: text/plain; charset=us-ascii',
    '',
    `This is the mail system at ${host}. Your message could not be delivered:`,
    '',
    `<${input.recipient}>: there is no such mailbox`,
  ]
  const status = [
    'Content-Type: message/delivery-status',
    '',
    `Reporting-MTA: dns; ${host}`,
    `Arrival-Date: ${rfc5322(input.at)}`,
    '',
    `Final-Recipient: rfc822; ${input.recipient}`,
    'Action: failed',
    'Status: 5.1.1',
    'Diagnostic-Code: smtp; 550 5.1.1 no such mailbox',
  ]
  const returned = `Content-Type: text/rfc822-headers\r\n\r\n${headerFields(input.octets)}`
  return composeMail({
    from: `MAILER-DAEMON@${host}`,
    to: input.to,
    subject: 'Undelivered mail returned to sender',
    inReplyTo: null,
    autoSubmitted: 'auto-replied',
    body: multipart('report; report-type=delivery-status', [explanation.join('\r\n'), status.join('\r\n'), returned]),
  })
}

/** A date-time in the form of RFC 5322, section 3.3. */
export const rfc5322 = (at: Date): string => at.toUTCString().replace('GMT', '+0000')

const headerFields = (octets: Buffer): string => {
  const end = octets.indexOf('\r\n\r\n')
  return octets.toString('latin1', 0, end === -1 ? octets.length : end)
}
