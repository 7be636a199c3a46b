import type { RobotAccount } from './account.js'

/** Looks like a mail address and is none: `ABC123@HANDLES.DE`. Mails are never sent to one. */
export const isHandle = (text: string, account: Pick<RobotAccount, 'handleDomain'>): boolean =>
  handlePattern(account).test(text)

/** Without flags, so that a JSON Schema can say it; what is behind the @ is the same in any case. */
export const handlePattern = ({ handleDomain }: Pick<RobotAccount, 'handleDomain'>): RegExp => {
  const inAnyCase = (letter: string): string => `[${letter.toUpperCase()}${letter.toLowerCase()}]`
  const domain = handleDomain.replaceAll('.', '\\.').replace(/[A-Za-z]/g, inAnyCase)
  return new RegExp(`^[A-Za-z0-9][A-Za-z0-9._-]{0,40}@${domain}$`)
}

export const hasHandleDomain = (text: string, { handleDomain }: Pick<RobotAccount, 'handleDomain'>): boolean =>
  text.slice(text.lastIndexOf('@') + 1).toLowerCase() === handleDomain.toLowerCase() && text.includes('@')
