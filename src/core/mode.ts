/** `test`: requests go to the registry's test address, and nothing of it is real. */
export const MODES = ['live', 'test'] as const
export type Mode = (typeof MODES)[number]
