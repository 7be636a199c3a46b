/** Fails a test. `expect` would take most of the time of many thousand cases; this does not. */
export const must = (holds: boolean, say: () => string): void => {
  if (!holds) throw new Error(say())
}
