/**
 * What an import does with one thing that its file says: `left` is here already and differs, and stays as it is; `refused`
 * cannot be taken, and keeps all of the file from being taken.
 */
export type ImportResult = 'added' | 'changed' | 'unchanged' | 'left' | 'refused'

/** `line` is that of the file, from 1; null where none can be told. `subject` names the thing, `detail` says more of it. */
export type ImportItem = { result: ImportResult; line: number | null; subject: string; detail: string | null }

/** A mistake in a file. */
export type Mistake = ImportItem & { result: 'refused'; detail: string }

export const mistake = (line: number | null, subject: string, detail: string): Mistake => ({
  ...{ result: 'refused', line, subject, detail },
})

/** How a file was understood, and what came of it. Nothing was `written` in a dry run, or where something is refused. */
export type ImportReport = {
  kind: 'settings' | 'domains'
  form: 'key=value' | 'JSON' | 'CSV'
  dryRun: boolean
  written: boolean
  items: ImportItem[]
}
