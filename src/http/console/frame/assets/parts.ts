/** Cards, badges, notices, facts, lists of errors, timelines: what pages are put together from. */
export const PARTS = `
.card { background: var(--card); border: 1px solid var(--line); border-radius: var(--radius); box-shadow: var(--shadow); padding: 1rem 1.1rem; margin: 0 0 1.25rem; }
.card > :last-child { margin-bottom: 0; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); gap: 0 1.25rem; align-items: start; }
.columns > * { min-width: 0; }
.head { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: baseline; justify-content: space-between; }
.badge { display: inline-block; padding: 0.05rem 0.6rem; border-radius: 999px; font-size: var(--small); font-weight: 600; white-space: nowrap; }
.good { color: var(--good); background: var(--good-bg); }
.busy { color: var(--busy); background: var(--busy-bg); }
.bad { color: var(--bad); background: var(--bad-bg); }
.idle { color: var(--idle); background: var(--idle-bg); }
.tick { color: var(--good); font-weight: 700; }
.note { border-left: 4px solid currentColor; padding: 0.6rem 0.85rem; border-radius: 4px; margin: 0 0 1.25rem; }
.note p, .note ul { margin: 0; }
.note ul { margin-top: 0.35rem; padding-left: 1.1rem; }
ol.steps { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; list-style-position: inside; margin: 0 0 1rem; padding: 0; color: var(--soft); }
ol.steps [aria-current] { color: var(--ink); font-weight: 600; }
.secret { font-size: 1rem; user-select: all; }
.qr-code { display: block; width: 14rem; max-width: 100%; height: auto; margin: 0 0 1rem; }
.empty { color: var(--soft); padding: 0.5rem 0; margin: 0; }
dl.facts { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: 0.35rem 1.25rem; margin: 0; }
dl.facts dt { color: var(--soft); }
dl.facts dd { margin: 0; min-width: 0; }
dl.facts.small { font-size: var(--small); gap: 0.1rem 1rem; margin: 0.35rem 0 0; grid-template-columns: fit-content(40%) 1fr; }
.counts { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: 0.75rem; list-style: none; margin: 0 0 1.25rem; padding: 0; }
.counts a, .counts div { display: block; height: 100%; padding: 0.7rem 0.9rem; background: var(--card); border: 1px solid var(--line); border-radius: var(--radius); box-shadow: var(--shadow); color: var(--soft); text-decoration: none; font-size: var(--small); }
.counts a:hover { border-color: var(--accent); }
.counts strong { display: block; font-size: var(--figure); line-height: 1.2; color: var(--ink); font-variant-numeric: tabular-nums; }
.counts .alarm strong { color: var(--bad); }
ol.errors, ol.timeline { list-style: none; margin: 0; padding: 0; }
ol.errors > li { padding: 0.6rem 0; border-bottom: 1px solid var(--line); }
ol.errors > li:first-child { padding-top: 0; }
ol.errors > li:last-child { border-bottom: 0; padding-bottom: 0; }
ol.errors p, ol.timeline p { margin: 0; }
ol.timeline > li { position: relative; padding: 0 0 1.1rem 1.5rem; border-left: 2px solid var(--line); margin-left: 0.4rem; }
ol.timeline > li:last-child { padding-bottom: 0; }
ol.timeline > li::before { content: ""; position: absolute; left: -0.45rem; top: 0.45rem; width: 0.7rem; height: 0.7rem; border-radius: 50%; background: var(--soft); border: 2px solid var(--card); }
ol.timeline > li.warning::before { background: var(--busy); }
ol.timeline > li.error::before { background: var(--bad); }
ol.timeline > li.mail::before { background: var(--accent); border-radius: 2px; }
.chart { display: block; width: 100%; height: auto; max-width: 30rem; }
.chart .mark { fill: var(--accent); }
.chart .track { fill: var(--accent-bg); }
.chart .rule { stroke: var(--line); }
.chart .now { stroke: var(--soft); stroke-dasharray: 3 3; }
.chart-with-words { margin: 0 0 1rem; }
.chart text { fill: var(--soft); font: 12px var(--sans); }
@media (max-width: 40rem) {
  dl.facts { grid-template-columns: 1fr; gap: 0; }
  dl.facts dd { margin-bottom: 0.5rem; }
  dl.facts.small { grid-template-columns: fit-content(40%) 1fr; gap: 0.1rem 1rem; }
  dl.facts.small dd { margin-bottom: 0; }
}
`
