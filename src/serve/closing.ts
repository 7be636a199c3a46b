import type { Log } from '../ports.js'

/** Closes what was opened, all at once, so that one part does not take the time of another. */
export const createClosing = (log: Log) => {
  const parts = new Map<string, () => Promise<void>>()
  const end = async (name: string, close: () => Promise<void>): Promise<void> => {
    await close().catch((error) => log.error({ err: error, part: name }, 'stopping'))
    parts.delete(name)
  }
  return {
    opened: (name: string, close: () => Promise<void>): void => void parts.set(name, close),
    names: (): string[] => [...parts.keys()],
    closeAll: async (): Promise<void> => {
      await Promise.all([...parts].map(([name, close]) => end(name, close)))
    },
  }
}
