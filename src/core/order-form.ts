/** The form that an order was read from. It is kept as it was for as long as the order has its personal data. */
export type OrderForm = {
  orderId: string
  /** The name of the file that it was dropped as. */
  file: string
  /** Of its octets, lower-case hexadecimal. */
  sha256: string
  /** In octets. */
  size: number
  /** Null once they were erased. */
  octets: Buffer | null
  takenAt: Date
  erasedAt: Date | null
}

/** A form that is to become an order. */
export type NewForm = Pick<OrderForm, 'file' | 'sha256'> & { octets: Buffer }
