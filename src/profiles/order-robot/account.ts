import { z } from 'zod'
import type { Problem } from '../../core/errors.js'
import type { Mode } from '../../core/mode.js'

const field = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]{0,30}$/, 'must be a field of the form in capital letters, like DOMAIN_NAME')

/** What a connection's `account` holds. The names of fields are settings because nobody could verify them. */
export const account = z.strictObject({
  /** DOMAIN_ADMIN: the user of the robot to whom domains belong. */
  admin: z.string().regex(/^[a-z][a-z0-9._-]{0,30}$/, 'must be a user of the robot in small letters, like xyz00'),
  /** The field that names the domain. */
  domainField: field.default('DOMAIN_NAME'),
  /** The field of a transfer's AuthInfo; without it the form has none. */
  authInfoField: field.optional(),
  /** What stands behind the @ of every handle. */
  handleDomain: z
    .string()
    .regex(
      /^[A-Za-z0-9-]{1,30}(?:\.[A-Za-z0-9-]{1,30}){1,4}$/,
      'must be what follows the @ of a handle, like HANDLES.DE',
    )
    .default('HANDLES.DE'),
  /** ROBOT_DEBUG: for test connections alone. */
  debug: z
    .string()
    .regex(/^[A-Za-z0-9]{0,20}$/, 'must be up to 20 letters and digits')
    .default(''),
})

export type RobotAccount = z.output<typeof account>

/** The account of a connection that was checked when it was added. */
export const accountOf = (given: Record<string, unknown>): RobotAccount => account.parse(given)

/** The robot's operators want ROBOT_DEBUG empty in every order that is meant. */
export const refuse = (connection: { mode: Mode | undefined; account: Record<string, unknown> }): Problem[] =>
  connection.mode !== 'test' && accountOf(connection.account).debug !== ''
    ? [
        {
          pointer: '/debug',
          detail: 'ROBOT_DEBUG must be empty in live orders; leave it out, or set the mode to test.',
        },
      ]
    : []
