/** XCP as the simulated server reads and writes it, by its own code. */

export type Data = string | Data[] | { [key: string]: Data }

/** The map within a message. Throws for what it cannot read. */
export const readMessage = (xml: string): { [key: string]: Data } => {
  const tokens = [
    ...xml.matchAll(/<(\/?)(dt_assoc|dt_array|item)(?:\s+key\s*=\s*(?:"([^"]*)"|'([^']*)'))?\s*>|([^<]+)|<[^>]*>/g),
  ]
  let at = 0
  const next = () => tokens[at++]
  const readItems = (): [string, Data][] => {
    const items: [string, Data][] = []
    for (let token = next(); token !== undefined && token[1] !== '/'; token = next())
      if (token[2] === 'item') items.push([token[3] ?? token[4] ?? '', readItem()])
    return items
  }
  const readItem = (): Data => {
    let data: Data = ''
    for (let token = next(); token !== undefined && token[1] !== '/'; token = next()) {
      if (token[2] === 'dt_assoc') data = Object.fromEntries(readItems())
      else if (token[2] === 'dt_array') data = readItems().map(([, item]) => item)
      else if (token[5] !== undefined && typeof data === 'string') data += plain(token[5])
    }
    return typeof data === 'string' ? data.trim() : data
  }
  while (at < tokens.length && tokens[at]?.[2] !== 'dt_assoc') at += 1
  if (at >= tokens.length) throw new Error('there is no dt_assoc')
  at += 1
  return Object.fromEntries(readItems())
}

const SIGNS: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }

const plain = (text: string): string => text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => SIGNS[name] ?? '')

export const writeMessage = (message: { [key: string]: Data }): string =>
  `<?xml version='1.0' encoding='UTF-8' standalone='no' ?>\n<!DOCTYPE OPS_envelope SYSTEM 'ops.dtd'>\n<OPS_envelope>\n <header>\n  <version>0.9</version>\n </header>\n <body>\n<data_block>${write(message)}</data_block>\n </body>\n</OPS_envelope>\n`

const write = (data: Data): string => {
  if (typeof data === 'string') return data.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  const items = Object.entries(data).map(([key, value]) => `<item key='${key}'>${write(value)}</item>`)
  return Array.isArray(data) ? `<dt_array>${items.join('')}</dt_array>` : `<dt_assoc>${items.join('')}</dt_assoc>`
}
