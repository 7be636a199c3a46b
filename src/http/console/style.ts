/** The console's one style sheet. Colours come from variables, so that light and dark differ in one place. */
export const STYLESHEET = `
:root {
  color-scheme: light dark;
  --page: #f6f5f2; --card: #ffffff; --ink: #1f2328; --soft: #5c6470; --line: #dfddd6; --accent: #1b5e6b;
  --good: #1a6b3c; --good-bg: #e2f2e8; --busy: #6a4a00; --busy-bg: #faeecb;
  --bad: #9b1c1c; --bad-bg: #fbe6e4; --idle: #4a5160; --idle-bg: #e9e9ec;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #15181b; --card: #1d2125; --ink: #e6e4df; --soft: #a3abb5; --line: #343a41; --accent: #7cc5d3;
    --good: #8fd8a9; --good-bg: #1c3527; --busy: #eccb7d; --busy-bg: #3a2f14;
    --bad: #f3a6a0; --bad-bg: #43201e; --idle: #c2c8d0; --idle-bg: #2c3137;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
a { color: var(--accent); text-underline-offset: 0.15em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 0.5rem; background: var(--card); padding: 0.25rem 0.75rem; z-index: 1; }
.bar { background: var(--card); border-bottom: 1px solid var(--line); }
.bar > div { max-width: 72rem; margin: 0 auto; padding: 0.6rem 1rem; display: flex; flex-wrap: wrap; gap: 0.5rem 1.5rem; align-items: center; }
.brand { font-weight: 700; letter-spacing: 0.01em; text-decoration: none; color: var(--ink); }
.who { margin-left: auto; display: flex; gap: 0.75rem; align-items: center; color: var(--soft); }
.who form { margin: 0; }
main { max-width: 72rem; margin: 0 auto; padding: 1.25rem 1rem 4rem; }
main.narrow { max-width: 28rem; }
p, li, dt, dd, .who span { overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0.5rem 0 0.75rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 0 0 0.6rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.1rem; margin: 0 0 1.25rem; }
.soft { color: var(--soft); }
.mono, pre, code { font-family: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace; font-size: 0.875rem; }
.lead { font-size: 1.05rem; margin: 0 0 1rem; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; padding: 0.5rem 0.75rem 0.5rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
thead th { color: var(--soft); font-weight: 600; font-size: 0.875rem; white-space: nowrap; }
tbody th { font-weight: 600; overflow-wrap: anywhere; }
tbody tr:last-child > * { border-bottom: 0; }
.badge { display: inline-block; padding: 0.05rem 0.6rem; border-radius: 999px; font-size: 0.875rem; font-weight: 600; white-space: nowrap; }
.good { color: var(--good); background: var(--good-bg); }
.busy { color: var(--busy); background: var(--busy-bg); }
.bad { color: var(--bad); background: var(--bad-bg); }
.idle { color: var(--idle); background: var(--idle-bg); }
.tick { color: var(--good); font-weight: 700; }
.filter { display: flex; flex-wrap: wrap; gap: 0.5rem 0.75rem; align-items: end; margin: 0 0 0.75rem; }
label { display: block; font-weight: 600; font-size: 0.9rem; }
input, select, button { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--soft); border-radius: 6px; padding: 0.4rem 0.65rem; min-height: 2.5rem; line-height: 1.25; }
input { width: 100%; }
button { cursor: pointer; }
nav a[aria-current] { color: var(--ink); font-weight: 600; text-decoration: none; }
button.main { background: var(--accent); border-color: var(--accent); color: var(--page); font-weight: 600; }
.field { margin: 0 0 0.9rem; }
.note { border-left: 4px solid var(--bad); background: var(--bad-bg); color: var(--bad); padding: 0.5rem 0.75rem; border-radius: 4px; }
ol.errors, ol.timeline { list-style: none; margin: 0; padding: 0; }
ol.errors > li { padding: 0.6rem 0; border-bottom: 1px solid var(--line); }
ol.errors > li:first-child { padding-top: 0; }
ol.errors p { margin: 0; }
ul.plain { list-style: none; margin: 0; padding: 0; }
ol.errors > li:last-child { border-bottom: 0; padding-bottom: 0; }
ol.timeline > li { position: relative; padding: 0 0 1.1rem 1.5rem; border-left: 2px solid var(--line); margin-left: 0.4rem; }
ol.timeline > li:last-child { padding-bottom: 0; }
ol.timeline > li::before { content: ""; position: absolute; left: -0.45rem; top: 0.45rem; width: 0.7rem; height: 0.7rem; border-radius: 50%; background: var(--soft); border: 2px solid var(--card); }
ol.timeline > li.warning::before { background: var(--busy); }
ol.timeline > li.error::before { background: var(--bad); }
ol.timeline > li.mail::before { background: var(--accent); border-radius: 2px; }
ol.timeline p { margin: 0; }
.meta { color: var(--soft); font-size: 0.875rem; }
dl.facts { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: 0.35rem 1.25rem; margin: 0; }
dl.facts dt { color: var(--soft); }
dl.facts dd { margin: 0; }
dl.facts.small { font-size: 0.875rem; gap: 0.1rem 1rem; margin: 0.35rem 0 0; grid-template-columns: fit-content(40%) 1fr; }
pre { margin: 0.5rem 0 0; padding: 0.75rem; background: var(--page); border: 1px solid var(--line); border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; }
summary { cursor: pointer; color: var(--soft); font-size: 0.875rem; }
@media (max-width: 40rem) {
  table.stack thead { position: absolute; left: -999rem; }
  table.stack, table.stack tbody, table.stack tr, table.stack th, table.stack td { display: block; }
  table.stack tr { padding: 0.6rem 0; border-bottom: 1px solid var(--line); }
  table.stack tr:last-child { border-bottom: 0; }
  table.stack th, table.stack td { border: 0; padding: 0.1rem 0; overflow-wrap: anywhere; }
  table.stack td::before { content: attr(data-label) ": "; color: var(--soft); }
  dl.facts { grid-template-columns: 1fr; gap: 0; }
  dl.facts dd { margin-bottom: 0.5rem; }
  dl.facts.small { grid-template-columns: fit-content(40%) 1fr; gap: 0.1rem 1rem; }
  dl.facts.small dd { margin-bottom: 0; }
}
`.trim()

/** A sealed letter. */
export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect x="2" y="6" width="28" height="20" rx="3" fill="#1b5e6b"/><path d="M3 8l13 10L29 8" fill="none" stroke="#fff" stroke-width="2"/><circle cx="16" cy="19" r="5" fill="#b3382c"/></svg>`
