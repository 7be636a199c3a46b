import { expect, test } from 'vitest'
import { csvLine } from '../../src/http/console/frame/csv.js'

test.each([
  [['a.de', 'Pending'], 'a.de,Pending\r\n'],
  [['a "b", c', 'd\r\ne'], '"a ""b"", c","d\r\ne"\r\n'],
  [['=1+1', '+1', '-1', '@x', '\tx', '\rx'], `"'=1+1","'+1","'-1","'@x","'\tx","'\rx"\r\n`],
  [['', 'größe'], ',größe\r\n'],
])('%j as a line that no spreadsheet takes for a formula', (cells, line) => {
  expect(csvLine(cells)).toBe(line)
})
