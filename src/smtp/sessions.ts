import type { SMTPServer, SMTPServerSession } from 'smtp-server'
import type { Limits } from './limits.js'

/** A message on its way in, from 354 to its answer. */
export type Transaction = {
  /** The message is here as a whole: whatever time is up now, it gets its answer first. */
  complete(): void
  /** The answer is written. */
  end(): void
}

export type Sessions = {
  /** The server whose sessions these are; called once, before the first. */
  serve(server: SMTPServer): void
  open(session: SMTPServerSession): void
  forget(session: SMTPServerSession): void
  /** How many are open from this address. */
  from(address: string): number
  begin(session: SMTPServerSession): Transaction
  /** Answers and drops the connection at once. */
  cut(session: SMTPServerSession, code: number, text: string): void
  closing(): boolean
  /** Takes no more clients, dismisses the idle ones, and waits for messages on their way in. */
  close(text: string): Promise<void>
}

type State = { address: string; timer: NodeJS.Timeout | null; receiving: boolean; complete: boolean; overdue: boolean }

/** Keeps the time of each session: the server's own time-out starts anew with every octet. */
export const createSessions = (limits: Pick<Limits, 'session'>): Sessions => {
  const states = new Map<string, State>()
  let server: SMTPServer | null = null
  let goodbye: string | null = null

  const connectionOf = (session: SMTPServerSession) =>
    [...(server?.connections ?? [])].find((connection) => connection.session === session)

  // 421 makes the server close: it answers nothing more, and drops the socket when the client does not
  const hangUp = (session: SMTPServerSession, text: string): void => connectionOf(session)?.send(421, text)

  const startTimer = (session: SMTPServerSession, state: State): void => {
    if (state.timer !== null) clearTimeout(state.timer)
    state.timer = setTimeout(() => {
      if (state.complete) state.overdue = true
      else hangUp(session, '4.4.2 this session takes too long; please try again')
    }, limits.session)
  }

  return {
    serve: (of) => {
      server = of
    },
    open: (session) => {
      const { remoteAddress: address } = session
      const state = { address, timer: null, receiving: false, complete: false, overdue: false }
      states.set(session.id, state)
      startTimer(session, state)
    },
    forget: (session) => {
      const timer = states.get(session.id)?.timer ?? null
      if (timer !== null) clearTimeout(timer)
      states.delete(session.id)
    },
    from: (address) => [...states.values()].filter((state) => state.address === address).length,
    begin: (session) => {
      const state = states.get(session.id)
      if (state === undefined) return { complete: () => {}, end: () => {} }
      state.receiving = true
      return {
        complete: () => {
          state.complete = true
        },
        end: () => {
          if (goodbye !== null) hangUp(session, goodbye)
          else if (state.overdue) hangUp(session, '4.4.2 this session took too long')
          else if (state.complete && states.has(session.id)) startTimer(session, state)
          state.receiving = false
          state.complete = false
        },
      }
    },
    cut: (session, code, text) => {
      const connection = connectionOf(session)
      connection?.send(code, text)
      connection?._socket.destroy()
    },
    closing: () => goodbye !== null,
    close: async (text) => {
      goodbye = text
      const open = [...(server?.connections ?? [])]
      const closed = new Promise<void>((resolve) => (server === null ? resolve() : server.close(resolve)))
      for (const connection of open) {
        if (states.get(connection.session.id)?.receiving !== true) connection.send(421, text)
      }
      await closed
      for (const connection of open) connection._socket.destroy()
    },
  }
}
