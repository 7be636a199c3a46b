import { createHash } from 'node:crypto'

/**
 * Opens a locked key once for each passphrase: to derive its key takes long by design. What failed is tried again, and the
 * passphrase itself is not kept.
 */
export const onceOpened = <T>(open: (passphrase: string | null) => Promise<T>) => {
  const opened = new Map<string, Promise<T>>()
  return async (passphrase: string | null): Promise<T> => {
    const id = passphrase === null ? '' : createHash('sha256').update(passphrase).digest('base64')
    const attempt = opened.get(id) ?? open(passphrase)
    const result = await attempt
    opened.set(id, attempt)
    return result
  }
}
