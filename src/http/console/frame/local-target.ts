/** A path of ours, never another site: no scheme, no host, no backslash that a browser would read as a slash. */
export const localTarget = (next: string | undefined): string =>
  next !== undefined && /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(next) ? next : '/'
