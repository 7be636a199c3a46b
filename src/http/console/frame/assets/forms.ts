/** Fields, buttons, filters and tabs. What can be pressed is at least 40 px high (WCAG 2.2, 2.5.8). */
export const FORMS = `
label, legend { display: block; font-weight: 600; font-size: 0.9rem; }
fieldset { border: 0; margin: 0 0 0.9rem; padding: 0; min-width: 0; }
input, select, textarea, button, .button { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--edge); border-radius: var(--radius-small); padding: 0.4rem 0.65rem; min-height: 2.5rem; line-height: 1.25; max-width: 100%; }
input, textarea { width: 100%; }
input[type="checkbox"], input[type="radio"] { width: 1.15rem; height: 1.15rem; min-height: 0; margin: 0.15rem 0; accent-color: var(--accent); vertical-align: middle; }
textarea { min-height: 6rem; font-family: var(--fixed); font-size: var(--small); line-height: 1.45; }
button, .button { display: inline-flex; align-items: center; justify-content: center; cursor: pointer; font-weight: 600; text-decoration: none; }
button:hover, .button:hover { border-color: var(--accent); }
button.main, .button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
button.main:hover, .button.main:hover { background: var(--accent-strong); border-color: var(--accent-strong); color: var(--on-accent); }
button.quiet, .button.quiet { background: transparent; border-color: transparent; color: var(--accent); }
button.quiet:hover, .button.quiet:hover { background: var(--accent-bg); }
button.danger, .button.danger { border-color: var(--bad); color: var(--bad); }
button.danger:hover, .button.danger:hover { background: var(--bad-bg); }
.field { margin: 0 0 0.9rem; }
.field .hint, .field .wrong { margin: 0.2rem 0 0; font-size: var(--small); }
.field .hint { color: var(--soft); }
.field .wrong { color: var(--bad); font-weight: 600; }
[aria-invalid="true"] { border-color: var(--bad); }
.choice { display: flex; gap: 0.5rem; align-items: flex-start; font-weight: 400; font-size: 1rem; }
.marks { max-height: 22rem; overflow: auto; padding: 0.5rem 0.75rem; background: var(--page); border: 1px solid var(--line); border-radius: var(--radius-small); }
.marks ~ .buttons { margin-top: 0.5rem; }
.marks span { font-family: var(--fixed); font-size: var(--small); overflow-wrap: anywhere; min-width: 0; }
.choices { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(15rem, 100%), 1fr)); }
.choices .choice { min-width: 0; overflow-wrap: anywhere; }
.buttons { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: flex-start; margin: 0; }
.buttons form { margin: 0; }
.buttons.apart { margin-top: 0.75rem; }
.filter { display: flex; flex-wrap: wrap; gap: 0.5rem 0.75rem; align-items: end; margin: 0 0 0.75rem; }
.filter > div { flex: 0 1 auto; min-width: 8rem; }
.filter > div.wide { flex: 1 1 14rem; }
.filter select { width: 100%; }
.tabs { display: flex; flex-wrap: wrap; gap: 0.25rem; list-style: none; margin: 0 0 1rem; padding: 0; border-bottom: 1px solid var(--line); }
.tabs a { display: block; padding: 0.45rem 0.75rem; color: var(--soft); text-decoration: none; border-bottom: 3px solid transparent; margin-bottom: -1px; }
.tabs a:hover { color: var(--ink); }
.tabs a[aria-current] { color: var(--ink); font-weight: 600; border-bottom-color: var(--accent); }
details.confirm { flex: 0 0 auto; }
details.confirm > summary { list-style: none; display: inline-flex; align-items: center; min-height: 2.5rem; padding: 0.4rem 0.75rem; font-size: 1rem; font-weight: 600; line-height: 1.25; color: var(--ink); background: var(--card); border: 1px solid var(--edge); border-radius: var(--radius-small); }
details.confirm > summary::-webkit-details-marker { display: none; }
details.confirm > summary:hover { border-color: var(--accent); }
details.confirm.danger > summary { color: var(--bad); border-color: var(--bad); }
details.confirm.danger > summary:hover { background: var(--bad-bg); }
details.confirm[open] { flex: 1 0 100%; background: var(--sunk); border: 1px solid var(--line); border-radius: var(--radius-small); padding: 0.75rem; }
details.confirm[open] p { margin: 0.6rem 0; }
`
