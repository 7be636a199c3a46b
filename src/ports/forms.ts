import type { AccountType } from '../core/order.js'

/** Who may order by forms, as the operator lists them. */
export type FormAccount = { id: string; email: string; type: AccountType }

/** `stamp` tells a file from what it is after any change or touch. `young`: it was changed just now, and may go on. */
export type FormRead =
  | { kind: 'read'; octets: Buffer; touchedAt: Date; stamp: string }
  /** No form: a sentence says why, and what to do. */
  | { kind: 'refused'; detail: string; stamp: string }
  | { kind: 'young' }
  | { kind: 'gone' }

/** Where accounts leave their forms. They own what is in there, and may change all of it at any moment. */
export type FormFolder = {
  /** @throws Fault `forms-unreadable` */
  accounts(): Promise<FormAccount[]>
  /**
   * Names of files that mean to be forms. Makes the folders of the account where there are none, and ends what a process that was
   * killed left half done.
   */
  list(account: string, now: Date): Promise<string[]>
  /** Reads a file once, from one descriptor; never what a link leads to. */
  read(account: string, name: string, now: Date): Promise<FormRead>
  /** Writes the form that was read to the area of orders, and takes it away where it lay unless it is another by now. */
  accept(account: string, name: string, form: { orderId: string; octets: Buffer; stamp: string }): Promise<void>
  /** Accepted forms of which `var` has no copy yet. */
  uncopied(account: string): Promise<{ file: string; orderId: string }[]>
  copy(account: string, file: string): Promise<void>
}
