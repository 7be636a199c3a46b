/** A line that both texts have, that only the first has, or only the second. */
export type DiffLine = { kind: 'same' | 'gone' | 'new'; text: string }

/** More lines than this are not compared one by one: it takes as many steps as the product of their numbers. */
const MOST_LINES = 1_000

/** What it takes to make the second text of the first, with as many lines in common as there can be. */
export const diffLines = (before: string, after: string): DiffLine[] => {
  const [was, would] = [before.split('\n'), after.split('\n')]
  if (was.length > MOST_LINES || would.length > MOST_LINES) return before === after ? was.map(same) : all(was, would)
  const common = commonLengths(was, would)
  const lines: DiffLine[] = []
  let [i, j] = [0, 0]
  while (i < was.length || j < would.length) {
    const [one, other] = [was[i], would[j]]
    if (one !== undefined && one === other) {
      lines.push(same(one))
      i++
      j++
    } else if (one !== undefined && (other === undefined || at(common, i + 1, j) >= at(common, i, j + 1))) {
      lines.push({ kind: 'gone', text: one })
      i++
    } else {
      lines.push({ kind: 'new', text: other ?? '' })
      j++
    }
  }
  return lines
}

const same = (text: string): DiffLine => ({ kind: 'same', text })

const all = (was: readonly string[], would: readonly string[]): DiffLine[] => [
  ...was.map((text) => ({ kind: 'gone' as const, text })),
  ...would.map((text) => ({ kind: 'new' as const, text })),
]

/** By `[i][j]`: how many lines the texts have in common from there on. */
const commonLengths = (was: readonly string[], would: readonly string[]): Uint16Array[] => {
  const table = Array.from({ length: was.length + 1 }, () => new Uint16Array(would.length + 1))
  for (let i = was.length - 1; i >= 0; i--)
    for (let j = would.length - 1; j >= 0; j--) {
      const row = table[i]
      if (row !== undefined)
        row[j] = was[i] === would[j] ? at(table, i + 1, j + 1) + 1 : Math.max(at(table, i + 1, j), at(table, i, j + 1))
    }
  return table
}

const at = (table: readonly Uint16Array[], i: number, j: number): number => table[i]?.[j] ?? 0
