import type { Resolve } from '../../src/smtp/resolve.js'

/** Records by name. `fails`: what is not given fails with that code; else it is not there (`ENODATA`). */
export type Zone = Record<
  string,
  { mx?: [number, string][]; noMx?: true; a?: string[]; aaaa?: string[]; fails?: string }
>

/** A DNS that knows these names alone; it answers as `node:dns/promises` does. */
export const dnsOf = (zone: Zone): Resolve => {
  const failure = (code: string, name: string) => Object.assign(new Error(`query ${code} ${name}`), { code })
  const look = async <Record>(name: string, pick: (entry: Zone[string]) => Record[] | undefined): Promise<Record[]> => {
    const entry = zone[name]
    if (entry === undefined) throw failure('ENOTFOUND', name)
    const records = pick(entry)
    if (records === undefined || records.length === 0) throw failure(entry.fails ?? 'ENODATA', name)
    return records
  }
  return {
    mx: async (domain) => {
      if (zone[domain]?.noMx === true) throw failure('ENODATA', domain)
      return look(domain, ({ mx }) => mx?.map(([priority, exchange]) => ({ priority, exchange })))
    },
    a: (host) => look(host, ({ a }) => a),
    aaaa: (host) => look(host, ({ aaaa }) => aaaa),
  }
}
