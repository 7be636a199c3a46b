/**
 * The last gate before an order is put into a registry's words: `check` has seen it before, so what does not pass is a defect of
 * ours, told as one rather than sent.
 */
import { Fault, type Problem } from '../core/errors.js'
import { type Pair, writeKeyValue } from './key-value.js'

/** Throws `Fault` (order-unchecked) where `check` would have refused the order. */
export const requireSound = (problems: readonly Problem[]): void => {
  if (problems.length > 0)
    throw new Fault('order-unchecked', 'an order came to be encoded that its check would have refused', {
      temporary: false,
    })
}

/** Throws `Fault` (order-unwritable) for pairs that would not be read back as they are. */
export const requireWritable = (pairs: readonly Pair[]): void => {
  const written = writeKeyValue(pairs)
  if (!written.ok)
    throw new Fault('order-unwritable', written.problems.map(({ detail }) => detail).join(' '), { temporary: false })
}
