/** Colours, sizes and the type scale. Light and dark differ here alone; every pair of ink and ground has 4.5:1 (WCAG 2.2, 1.4.3). */
export const TOKENS = `
:root {
  color-scheme: light dark;
  --page: #f6f5f2; --card: #ffffff; --sunk: #f1f0ec; --ink: #1f2328; --soft: #565e69; --line: #dfddd6; --edge: #7c838d;
  --accent: #1b5e6b; --accent-strong: #134650; --accent-bg: #e3eff1; --on-accent: #ffffff;
  --good: #1a6b3c; --good-bg: #e2f2e8; --busy: #6a4a00; --busy-bg: #faeecb;
  --bad: #9b1c1c; --bad-bg: #fbe6e4; --idle: #4a5160; --idle-bg: #e9e9ec;
  --small: 0.875rem; --lead: 1.0625rem; --h2: 1.125rem; --h1: 1.625rem; --figure: 1.75rem;
  --radius: 10px; --radius-small: 6px; --shadow: 0 1px 2px rgb(31 35 40 / 0.05);
  --sans: system-ui, -apple-system, "Segoe UI", sans-serif;
  --fixed: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #15181b; --card: #1d2125; --sunk: #181b1f; --ink: #e6e4df; --soft: #a9b1bb; --line: #343a41; --edge: #7d858f;
    --accent: #7cc5d3; --accent-strong: #a3dbe6; --accent-bg: #1b333a; --on-accent: #10262b;
    --good: #8fd8a9; --good-bg: #1c3527; --busy: #eccb7d; --busy-bg: #3a2f14;
    --bad: #f3a6a0; --bad-bg: #43201e; --idle: #c2c8d0; --idle-bg: #2c3137;
    --shadow: none;
  }
}
`
