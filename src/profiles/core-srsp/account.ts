import { z } from 'zod'
import type { Connection } from '../../core/connection.js'
import { HANDLE } from './handle.js'

/** What a connection's `account` holds. */
export const account = z.strictObject({
  /** `Registrar-Id`: mostly the registrar's own domain name. */
  registrar: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/, "must be the registrar's id at the registry, like reg.hoster.example"),
  /** Handles of hosts that exist at the registry, by their names as A-labels in lower case. */
  hosts: z
    .record(
      z
        .string()
        .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'must be the name of a host in A-labels, like ns1.hoster.example'),
      z.string().regex(HANDLE, 'must be the handle of a host, one word like NS00017'),
    )
    .optional(),
  /** For how many years a registration and a renewal are, which the registry decides for all of its TLD. */
  interval: z.number().int().min(1).max(10).optional(),
})

export type Account = z.output<typeof account>

/** That of a connection, whose file was checked when it was added; without it a request would be nobody's. */
export const accountOf = ({ account: given }: Pick<Connection, 'account'>): Account => account.parse(given)
