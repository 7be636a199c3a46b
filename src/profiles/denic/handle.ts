import { type Checked, ok, wrong } from '../../core/errors.js'

/** `DENIC-<number of the account>-<code>`, in upper case as the registry keeps it. */
const HANDLE = /^DENIC-[0-9]+-[A-Z0-9](?:[A-Z0-9-]*[A-Z0-9])?$/

/** A contact's handle, 9 to 32 characters. */
export const parseHandle = (input: string): Checked<string> => {
  const handle = input.toUpperCase()
  if (input.length >= 9 && input.length <= 32 && HANDLE.test(handle)) return ok(handle)
  return wrong({
    pointer: '',
    detail: `${JSON.stringify(input.slice(0, 60))} is no handle; write one like DENIC-1234-MUSTER, 9 to 32 characters of letters, digits and hyphens.`,
  })
}
