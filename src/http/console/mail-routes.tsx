import { mailView } from '../../core/views.js'
import { readOctets } from '../../flows/read-octets.js'
import { findMail, rawMail } from '../api/mails.js'
import { readCarried, readOrdersOf } from '../read-views.js'
import { may } from './access.js'
import type { Area } from './area.js'
import { addMailAssignment } from './mail-assign.js'
import { MailPage } from './mail-page.js'
import { readableMail } from './words.js'

/** Mails, and their octets. */
export const addMailPages = (area: Area): void => {
  const { deps, words, page, file } = area
  const { store } = deps
  addMailAssignment(area)
  page('/mails/:id', async (c, user) => {
    const mail = await findMail(store, c.req.param('id') ?? '')
    const octets = await readOctets(deps, mail)
    const about = { carried: await readCarried(store, mail), orders: await readOrdersOf(store, mail) }
    const raw = octets.kind === 'here' ? readableMail(octets.raw) : octets
    return {
      title: 'Mail',
      content: <MailPage mail={mailView(mail)} {...about} raw={raw} words={words} mayAssign={may(user, 'mails')} />,
    }
  })
  file('/mails/:id/raw', async (c) => rawMail(c, deps, c.req.param('id') ?? ''))
}
