import { z } from 'zod'

const word = (usual: string) =>
  z
    .string()
    .regex(/^[A-Z][A-Z-]{0,30}$/, 'must be the word of an operation in capital letters, like TRANSFER-IN')
    .refine((one) => one !== 'CREATE', 'must not be CREATE, which registers a name; write the word of this operation')
    .default(usual)

/**
 * What a connection's `account` holds: who we are to the robot, and by which words it knows the operations. Of these `CREATE`
 * alone is documented; the others are what the robot's document calls its sections, and settings because nobody could read these.
 */
export const account = z.strictObject({
  /** USER_ID: the word that every subject begins with. */
  userId: z.string().regex(/^[A-Za-z0-9._-]{1,30}$/, 'must be the USER_ID at the registrar, like U1234'),
  operations: z
    .strictObject({
      ...{ transfer: word('TRANSFER-IN'), update: word('UPDATE'), 'change-holder': word('CHANGE-OWNER') },
      ...{ close: word('DELETE'), lock: word('LOCK'), release: word('UNLOCK') },
    })
    .prefault({}),
})

export type RobotAccount = z.output<typeof account>

/** The account of a connection that was checked when it was added. */
export const accountOf = (given: Record<string, unknown>): RobotAccount => account.parse(given)
