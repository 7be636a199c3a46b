export type Places = {
  /** Resolves to what gives the place back, once there is one. Rejects when the places are closed. */
  take(): Promise<() => void>
  /** Sends away who waits, and who comes later, with this error. */
  close(error: Error): void
}

/** So many at a time; the others wait in the order in which they came. */
export const createPlaces = (count: number): Places => {
  const waiting: { resolve(): void; reject(error: Error): void }[] = []
  let free = count
  let closed: Error | null = null
  const give = (): void => {
    const next = waiting.shift()
    if (next === undefined) free++
    else next.resolve()
  }
  const once = (): (() => void) => {
    let given = false
    return () => {
      if (!given) give()
      given = true
    }
  }
  return {
    take: async () => {
      if (closed !== null) throw closed
      if (free > 0) free--
      else await new Promise<void>((resolve, reject) => waiting.push({ resolve, reject }))
      return once()
    },
    close: (error) => {
      closed = error
      for (const { reject } of waiting.splice(0)) reject(error)
    },
  }
}
