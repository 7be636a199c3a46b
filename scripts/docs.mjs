// Writes the parts of the documentation that are generated from the code, between their marks. With --check it only
// tells (exit 1) whether they are up to date. Run through `npm run docs`, which builds first.
import fs from 'node:fs'
import path from 'node:path'
import { VARIABLES } from '../dist/config.js'
import { STATES, TRANSITIONS } from '../dist/core/domain.js'
import { createApi } from '../dist/http/api/index.js'
import { loadProfiles } from '../dist/profiles/load.js'

const root = path.resolve(import.meta.dirname, '..')
const profiles = await loadProfiles()

const parts = {
  'ARCHITECTURE.md': { 'domain states': stateDiagram() },
  'README.md': { settings: settingsTable(), registries: registriesTable() },
  'deploy/sealpost.env.example': { settings: settingsFile() },
}

let stale = 0
for (const [file, sections] of Object.entries(parts)) {
  const at = path.join(root, file)
  const before = fs.readFileSync(at, 'utf8')
  const after = Object.entries(sections).reduce((text, [name, content]) => replace(file, text, name, content), before)
  if (after === before) continue
  stale++
  if (process.argv[2] === '--check') console.error(`${file} is behind the code: run npm run docs`)
  else fs.writeFileSync(at, after)
}
whole('docs/openapi.json', `${JSON.stringify(await apiDocument(), null, 2)}\n`)
process.exit(process.argv[2] === '--check' && stale > 0 ? 1 : 0)

/** A file that is generated from its first line to its last. */
function whole(file, content) {
  const at = path.join(root, file)
  if (fs.existsSync(at) && fs.readFileSync(at, 'utf8') === content) return
  stale++
  if (process.argv[2] === '--check') console.error(`${file} is behind the code: run npm run docs`)
  else fs.writeFileSync(at, content)
}

/** As a gateway serves it; to describe its calls it needs nothing to answer them with. */
async function apiDocument() {
  const app = createApi({ log: {} }, () => Promise.reject(new Error('nobody calls')))
  return (await app.request('/openapi.json')).json()
}

function replace(file, text, name, content) {
  const mark = (text) => (file.endsWith('.md') ? `<!-- ${text} -->` : `# ${text}`)
  const [begin, end] = [mark(`generated: ${name}`), mark(`end: ${name}`)]
  const from = text.indexOf(begin)
  const to = text.indexOf(end)
  if (from < 0 || to < from) throw new Error(`${file} lacks the marks "${begin}" and "${end}"`)
  return `${text.slice(0, from + begin.length)}\n${content}\n${text.slice(to)}`
}

function stateDiagram() {
  const label = (state) => {
    const view = STATES[state]
    return view === null ? 'unknown' : `${view.status}${view.registered ? ' ✓' : ''}`
  }
  const names = Object.keys(STATES).map((state) => `    state "${label(state)}" as ${state}`)
  const arrows = Object.entries(TRANSITIONS).flatMap(([from, cells]) => {
    const byTarget = new Map()
    for (const [event, to] of Object.entries(cells))
      if (to !== null && to !== from) byTarget.set(to, [...(byTarget.get(to) ?? []), event])
    return [...byTarget].map(([to, events]) => `    ${from} --> ${to}: ${events.join(', ')}`)
  })
  return ['```mermaid', 'stateDiagram-v2', ...names, ...arrows, '```'].join('\n')
}

function settingsTable() {
  const rows = VARIABLES.map(({ name, fallback, meaning, secret }) => {
    const file = secret ? `, or \`${name}_FILE\`` : ''
    return `| \`${name}\`${file} | ${fallback} | ${meaning.replaceAll('|', '\\|')} |`
  })
  return ['| variable | default | meaning |', '|---|---|---|', ...rows].join('\n')
}

function settingsFile() {
  const blocks = VARIABLES.map(({ name, fallback, meaning, secret }) =>
    [`# ${meaning}`, `# default: ${fallback}`, `#${name}=`, ...(secret ? [`#${name}_FILE=`] : [])].join('\n'),
  )
  return `\n${blocks.join('\n\n')}\n`
}

function registriesTable() {
  const rows = [...profiles.values()].map((profile) => {
    const supported = Object.entries(profile.capabilities).flatMap(([action, { supported }]) =>
      supported ? [action] : [],
    )
    return `| [${profile.title}](docs/registries/${profile.id}.md) | \`${profile.id}\` | ${supported.join(', ')} |`
  })
  return ['| registry | profile | actions |', '|---|---|---|', ...rows].join('\n')
}
