/** Elements as they are without a class, and what is said of text anywhere. */
export const BASE = `
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 var(--sans); }
a { color: var(--accent); text-underline-offset: 0.15em; }
a:hover { color: var(--accent-strong); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
h1 { font-size: var(--h1); line-height: 1.2; letter-spacing: -0.01em; margin: 0.25rem 0 0.75rem; overflow-wrap: anywhere; }
h2 { font-size: var(--h2); line-height: 1.3; margin: 0 0 0.6rem; }
h3 { font-size: 1rem; margin: 0 0 0.4rem; }
p, li, dt, dd, summary, .who span { overflow-wrap: anywhere; }
pre, code, .mono { font-family: var(--fixed); font-size: var(--small); }
pre { margin: 0.5rem 0 0; padding: 0.75rem; background: var(--page); border: 1px solid var(--line); border-radius: var(--radius-small); white-space: pre-wrap; overflow-wrap: anywhere; }
pre del, pre ins { display: block; text-decoration: none; }
pre del { color: var(--bad); background: var(--bad-bg); }
pre ins { color: var(--good); background: var(--good-bg); }
summary { cursor: pointer; color: var(--soft); font-size: var(--small); }
ul.plain, ol.plain { list-style: none; margin: 0; padding: 0; }
.soft { color: var(--soft); }
.meta { color: var(--soft); font-size: var(--small); font-weight: 400; }
.lead { font-size: var(--lead); margin: 0 0 1rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
`
