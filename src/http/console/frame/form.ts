import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'

/** A file that was sent with a form; `name` is what the sender calls it. */
export type Upload = { name: string; bytes: Buffer }

/** The fields of a form that was sent. A field that is absent is empty; files are no text and count as absent there. */
export type Form = {
  text(name: string): string
  /** Every value of that name, as checkboxes send them. */
  all(name: string): string[]
  /** Null where none was chosen. */
  file(name: string): Promise<Upload | null>
}

/** Throws 400 where the body is no form. */
export const readForm = async (c: Context): Promise<Form> => {
  const fields = await c.req.parseBody({ all: true }).catch(unreadable)
  const all = (name: string): string[] => [fields[name] ?? []].flat().filter((value) => typeof value === 'string')
  return {
    all,
    text: (name) => all(name).at(-1) ?? '',
    file: async (name) => {
      const found = [fields[name] ?? []].flat().find((value) => typeof value !== 'string' && value.size > 0)
      if (found === undefined || typeof found === 'string') return null
      return { name: found.name, bytes: Buffer.from(await found.arrayBuffer()) }
    },
  }
}

const unreadable = (cause: unknown): never => {
  throw cause instanceof TypeError ? new HTTPException(400, { message: 'The form cannot be read', cause }) : cause
}
