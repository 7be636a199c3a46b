import { createHash } from 'node:crypto'

/** How a secret is kept that is checked alone: it has 80 random bits or more, so a fast hash is enough. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex')
