/** One printable word that does not begin with `=`, which would refer to another contact of the same request. */
export const HANDLE = /^[!#-<>-~][!-~]{0,63}$/

/** The registry keeps handles in capitals. */
export const asHandle = (handle: string): string => handle.replace(/[a-z]/g, (letter) => letter.toUpperCase())
