import type { RobotAccount } from './account.js'

/** Looks like a mail address and is none: `ABC123@HANDLES.DE`. Mails are never sent to one. */
export const isHandle = (text: string, { handleDomain }: Pick<RobotAccount, 'handleDomain'>): boolean =>
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,40}$/.test(text.slice(0, text.indexOf('@'))) && hasHandleDomain(text, { handleDomain })

export const hasHandleDomain = (text: string, { handleDomain }: Pick<RobotAccount, 'handleDomain'>): boolean =>
  text.slice(text.lastIndexOf('@') + 1).toLowerCase() === handleDomain.toLowerCase() && text.includes('@')
