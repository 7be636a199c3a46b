/** The words of a cell, divided by blanks. */
export const wordsOf = (cell: string): string[] => cell.trim().split(/\s+/)

/** `ns1.example.de`, or with its glue `ns1.example.de=192.0.2.53,2001:db8::53`. */
export const nameserverOf = (text: string): { host: string; addresses?: string[] } => {
  const [host = '', addresses] = text.split('=', 2)
  return addresses === undefined ? { host } : { host, addresses: addresses.split(',') }
}
