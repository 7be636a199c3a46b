/** The bar above every page, and the column below it. */
export const FRAME = `
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 0.5rem; background: var(--card); padding: 0.25rem 0.75rem; z-index: 1; }
.bar { background: var(--card); border-bottom: 1px solid var(--line); }
.bar > div { max-width: 76rem; margin: 0 auto; padding: 0.5rem 1rem; display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; align-items: center; }
.brand { display: inline-flex; align-items: center; gap: 0.5rem; font-weight: 700; letter-spacing: 0.01em; text-decoration: none; color: var(--ink); padding: 0.35rem 0; }
.brand img { width: 1.5rem; height: 1.5rem; }
.bar nav ul { display: flex; flex-wrap: wrap; gap: 0.15rem; list-style: none; margin: 0; padding: 0; }
.bar nav a { display: block; padding: 0.4rem 0.7rem; border-radius: var(--radius-small); color: var(--soft); text-decoration: none; }
.bar nav a:hover { background: var(--sunk); color: var(--ink); }
.bar nav a[aria-current] { background: var(--accent-bg); color: var(--ink); font-weight: 600; }
.who { margin-left: auto; display: flex; flex-wrap: wrap; gap: 0.25rem 0.75rem; align-items: center; color: var(--soft); font-size: var(--small); }
.who form { margin: 0; }
main { max-width: 76rem; margin: 0 auto; padding: 1.25rem 1rem 4rem; }
main.narrow { max-width: 30rem; }
.crumbs { font-size: var(--small); color: var(--soft); margin: 0 0 0.25rem; }
.crumbs ol { display: flex; flex-wrap: wrap; list-style: none; margin: 0; padding: 0; }
.crumbs li + li::before { content: "/"; padding: 0 0.5rem; color: var(--soft); }
@media (max-width: 40rem) {
  .bar nav { order: 3; width: 100%; }
  .bar nav ul { margin: 0 -0.7rem; }
}
`
