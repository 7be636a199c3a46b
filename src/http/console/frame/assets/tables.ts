/** Tables, which become a list of small cards where there is no room for columns (`table.stack`). */
export const TABLES = `
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); font-size: var(--small); padding: 0 0 0.4rem; }
th, td { text-align: left; padding: 0.5rem 0.75rem 0.5rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
thead th { color: var(--soft); font-weight: 600; font-size: var(--small); white-space: nowrap; }
thead th a { color: inherit; text-decoration: none; }
thead th a:hover, thead th[aria-sort] a { color: var(--ink); text-decoration: underline; }
th[aria-sort="ascending"] a::after { content: " \\2191"; }
th[aria-sort="descending"] a::after { content: " \\2193"; }
tbody th { font-weight: 600; overflow-wrap: anywhere; }
tbody tr:last-child > * { border-bottom: 0; }
tbody tr:hover { background: var(--sunk); }
td.any { overflow-wrap: anywhere; }
td p { margin: 0; }
@media (min-width: 40.01rem) { .whole { white-space: nowrap; } }
td.number, th.number { text-align: right; }
td.pick { width: 2.25rem; }
.scroll + p { margin: 0.75rem 0; }
.pages { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: center; margin: 0.75rem 0 0; }
@media (max-width: 40rem) {
  table.stack thead { position: absolute; left: -999rem; }
  table.stack, table.stack caption, table.stack tbody, table.stack tr, table.stack th, table.stack td { display: block; }
  table.stack tr { padding: 0.6rem 0; border-bottom: 1px solid var(--line); }
  table.stack tr:last-child { border-bottom: 0; }
  table.stack th, table.stack td { border: 0; padding: 0.1rem 0; overflow-wrap: anywhere; width: auto; text-align: left; }
  table.stack td[data-label]::before { content: attr(data-label) ": "; color: var(--soft); }
}
`
