import { END_MARK, FORM_FIELDS, START_MARK, tailOf } from './fields.js'

/** What is said above the form for one TLD; none of it is read again. */
export type FormHead = {
  unicodeTld: string
  /** Those that its registry has. */
  actions: readonly string[]
  /** Null where nothing has to be accepted. */
  agreement: { version: string } | null
}

/** The blank form for a TLD. Its lines end with a line feed. */
export const writeForm = ({ unicodeTld, actions, agreement }: FormHead): string =>
  [
    `Order form for names under .${unicodeTld}. Save it as dom-order.NAME, such as dom-order.example.${unicodeTld}.`,
    'Write between the quotes only. What begins with ";" may be deleted up to the end of its line.',
    `Actions here: ${actions.length === 0 ? 'none' : actions.join(', ')}.`,
    agreement === null ? 'There is no agreement to accept.' : `Version of the agreement: ${agreement.version}`,
    '',
    START_MARK,
    ...FORM_FIELDS.map((field) => `${field.name}=""${tailOf(field)}`),
    END_MARK,
    '',
  ].join('\n')
