/**
 * Response codes of XCP (domains.opensrs.guide, "Response codes"), as far as they decide something. What is not here is
 * understood by a person.
 */

/** It does not know who calls, or not from this address: nothing was taken. */
export const UNKNOWN_CALLER: readonly string[] = ['401', '410', '415']

/** It takes no more calls for now, or the account has no more to spend. */
export const BUSY: readonly string[] = ['300', '310', '350', '440', '445', '447']

/** It failed itself, or the registry behind it did or did not answer in time: the order may exist. */
export const FAILED: readonly string[] = ['400', '404', '405']

/** An order for the domain is in hand already: this one, or one before it. */
export const IN_HAND: readonly string[] = ['437', '486']

/** It will not do it as it was ordered. */
export const REFUSED: readonly string[] = [
  ...['430', '435', '460', '465', '480', '485', '487', '541', '552', '555', '557', '705'],
]

export const DONE = '200'
/** The registry decides later. */
export const SUBMITTED = '250'

export const AVAILABLE = '210'
export const TAKEN: readonly string[] = ['211', '221']

/** Words for the state of an order, compared without regard to case. All others leave it open. */
export const ORDER_DONE: readonly string[] = ['completed', 'processed']
export const ORDER_ENDED: readonly string[] = ['declined', 'cancelled', 'deleted']
