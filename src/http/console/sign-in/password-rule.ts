import { LONGEST_PASSWORD, SHORTEST_PASSWORD } from '../../accounts.js'

/** What is wrong with a new password, and null where nothing is. */
export const passwordProblem = (password: string): string | null =>
  password.length >= SHORTEST_PASSWORD && password.length <= LONGEST_PASSWORD
    ? null
    : `The password must have ${SHORTEST_PASSWORD} to ${LONGEST_PASSWORD} characters.`
