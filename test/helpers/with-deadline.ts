/**
 * Runs a test of a real deadline. `work` resolves to false where the deadline came before what it was to end: the machine
 * was too slow for it, and it is tried again with twice the time. So a deadline can be short, and its test depends on no
 * machine's pace.
 */
export const withDeadline = async (firstMs: number, work: (ms: number) => Promise<boolean>): Promise<void> => {
  let ms = firstMs
  while (!(await work(ms))) {
    ms *= 2
    if (ms > 50 * firstMs)
      throw new Error(`what was to be ended by a deadline never came before it, not in ${ms / 2} ms`)
  }
}
