import { type Read, read, unreadable } from './read.js'

/** Type and parameter names in lower case; parameter values as they stand, unquoted. */
export type ContentType = { type: string; parameters: ReadonlyMap<string, string> }

/** What a body is when no field says so (RFC 2045, 5.2). */
export const DEFAULT_CONTENT_TYPE: ContentType = { type: 'text/plain', parameters: new Map() }

const TYPE = /^[ \t]*([\w!#$%&'*+.^`{|}~-]+\/[\w!#$%&'*+.^`{|}~-]+)[ \t]*/
/** Unquoted values may hold `/ : ? = [ ]`: boundaries in the wild do, and nothing can be misread by it. */
const PARAMETER = /;[ \t]*([\w!#$%&'*+.^`{|}~-]+)[ \t]*=[ \t]*("(?:[^"\\]|\\.)*"|[^\s;"(),<>@\\]+)[ \t]*/y
const END = /;?[ \t]*$/y

/**
 * Reads a Content-Type (RFC 2045, 5.1). Refused, because mail programs read them in different ways: comments, a parameter
 * that comes twice, and split, encoded (RFC 2231) or escaped parameters among those that decide how the mail is read.
 */
export const readContentType = (value: string): Read<ContentType> => {
  const type = TYPE.exec(value)
  if (type?.[1] === undefined) return unreadable('its Content-Type is not of the form type/subtype')
  const parameters = new Map<string, string>()
  let at = type[0].length
  for (;;) {
    PARAMETER.lastIndex = at
    const found = PARAMETER.exec(value)
    if (found === null) break
    const [whole, name = '', text = ''] = found
    const problem = add(parameters, name.toLowerCase(), text)
    if (problem !== null) return unreadable(problem)
    at += whole.length
  }
  END.lastIndex = at
  if (!END.test(value)) return unreadable('its Content-Type has a comment or is malformed')
  return read({ type: type[1].toLowerCase(), parameters })
}

const DECISIVE = ['boundary', 'protocol', 'charset']

const add = (parameters: Map<string, string>, name: string, text: string): string | null => {
  if (parameters.has(name)) return `its Content-Type has the parameter ${name} twice`
  if (DECISIVE.some((decisive) => name.startsWith(`${decisive}*`))) return `its Content-Type splits or encodes ${name}`
  if (DECISIVE.includes(name) && text.includes('\\')) return `its Content-Type escapes a character of ${name}`
  parameters.set(name, unquote(text))
  return null
}

const unquote = (text: string): string => (text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text)
