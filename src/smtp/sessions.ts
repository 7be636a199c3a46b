import { performance } from 'node:perf_hooks'
import type { SMTPServer, SMTPServerSession } from 'smtp-server'
import type { Log } from '../ports.js'
import { type Admission, admit, type Client, networkOf } from './admission.js'
import type { Limits } from './limits.js'

/** A message on its way in, from 354 to its answer. */
export type Transaction = {
  /** The message is here as a whole: whatever time is up now, it gets its answer first. */
  complete(): void
  /** The mail is on disk: the session has earned its time anew. */
  stored(): void
  /** The answer is written. */
  end(): void
}

export type Sessions = {
  /** The server whose sessions these are; called once, before the first. */
  serve(server: SMTPServer): void
  /** Lets a client in, in somebody's place where the door is full; or turns it away and says why. */
  open(session: SMTPServerSession): string | null
  forget(session: SMTPServerSession): void
  begin(session: SMTPServerSession): Transaction
  /** Answers and drops the connection at once. */
  cut(session: SMTPServerSession, code: number, text: string): void
  /** Takes no more clients, dismisses the idle ones, and waits for messages on their way in. */
  close(text: string): Promise<void>
}

type Connection = SMTPServer['connections'] extends Set<infer One> ? One : never

type State = Client & {
  connection: Connection
  timer: NodeJS.Timeout | null
  commands: number
  receiving: boolean
  overdue: boolean
}

type Options = {
  log: Log
  limits: Pick<Limits, 'session' | 'commands' | 'patience'>
  perAddress: number
  maxClients: number
}

/** Keeps the time of each session: the server's own time-out starts anew with every octet. */
export const createSessions = ({ log, limits, perAddress, maxClients }: Options): Sessions => {
  const states = new Map<string, State>()
  let server: SMTPServer | null = null
  let goodbye: string | null = null

  const connectionOf = (session: SMTPServerSession): Connection | null =>
    [...(server?.connections ?? [])].find((connection) => connection.session === session) ?? null

  // 421 makes the server close: it answers nothing more, and drops the socket when the client does not
  const hangUp = ({ connection }: State, text: string): void => connection.send(421, text)

  const dismiss = (connection: Connection, text: string): void => {
    connection.send(421, text, false)
    connection._socket.destroySoon() // its place is given away: it cannot wait for the client to go
  }

  const forget = (id: string): void => {
    const timer = states.get(id)?.timer ?? null
    if (timer !== null) clearTimeout(timer)
    states.delete(id)
  }

  const startTimer = (state: State): void => {
    if (state.timer !== null) clearTimeout(state.timer)
    state.timer = setTimeout(() => {
      if (state.waits) state.overdue = true
      else hangUp(state, '4.4.2 this session takes too long; please try again')
    }, limits.session)
  }

  const makeRoom = ({ connection }: State): void => {
    log.warn(
      { address: connection.remoteAddress },
      `SMTP client turned out: ${maxClients} clients, and no mail from it`,
    )
    forget(connection.session.id)
    dismiss(connection, '4.3.2 too many clients, and no mail from this one; please try again')
  }

  const enter = (connection: Connection, network: string, since: number): void => {
    const idle = { waits: false, receiving: false, overdue: false }
    const state: State = { connection, network, since, timer: null, commands: 0, ...idle }
    states.set(connection.session.id, state)
    startTimer(state)
    countCommands(connection, () => {
      state.commands += 1
      if (state.commands <= limits.commands) return true
      hangUp(state, `4.7.0 more than ${limits.commands} commands without a mail; please try again`)
      return false
    })
  }

  return {
    serve: (of) => {
      server = of
    },
    open: (session) => {
      const connection = connectionOf(session)
      if (connection === null) return '4.4.2 gone already'
      const newcomer = { address: session.remoteAddress, at: performance.now() }
      const admission: Admission<State> =
        goodbye === null
          ? admit(newcomer, [...states.values()], { patience: limits.patience, perAddress, maxClients })
          : { kind: 'refused', text: goodbye }
      if (admission.kind === 'refused') {
        dismiss(connection, admission.text)
        return admission.text
      }
      if (admission.leaves !== null) makeRoom(admission.leaves)
      enter(connection, networkOf(newcomer.address), newcomer.at)
      return null
    },
    forget: (session) => forget(session.id),
    begin: (session) => {
      const state = states.get(session.id)
      if (state === undefined) return { complete: () => {}, stored: () => {}, end: () => {} }
      state.receiving = true
      return {
        complete: () => {
          state.waits = true
        },
        stored: () => {
          state.since = performance.now()
          state.commands = 0
          if (!state.overdue && states.has(session.id)) startTimer(state)
        },
        end: () => {
          state.receiving = false
          state.waits = false
          if (goodbye !== null) hangUp(state, goodbye)
          else if (state.overdue) hangUp(state, '4.4.2 this session took too long')
        },
      }
    },
    cut: (session, code, text) => {
      const connection = states.get(session.id)?.connection
      connection?.send(code, text)
      connection?._socket.destroy()
    },
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

/** The server has no hook for commands such as NOOP and RSET, which could be sent without end. */
const countCommands = (connection: Connection, mayGoOn: () => boolean): void => {
  const handle = connection._onCommand.bind(connection)
  connection._onCommand = (command, done) => {
    if (mayGoOn()) handle(command, done)
  }
}
