import { type Checked, ok, wrong } from '../../core/errors.js'

/** `DENIC-<number of the account>-<code>`, in any case; the registry keeps it in upper case. */
export const HANDLE = /^[Dd][Ee][Nn][Ii][Cc]-[0-9]+-[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/

/** A contact's handle, 9 to 32 characters. */
export const parseHandle = (input: string): Checked<string> => {
  if (input.length >= 9 && input.length <= 32 && HANDLE.test(input)) return ok(input.toUpperCase())
  return wrong({
    pointer: '',
    detail: `${JSON.stringify(input.slice(0, 60))} is no handle; write one like DENIC-1234-MUSTER, 9 to 32 characters of letters, digits and hyphens.`,
  })
}
