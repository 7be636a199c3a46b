import { describe, expect, test } from 'vitest'
import { describeProblems } from '../../src/core/errors.js'
import { BUILT_IN_TEMPLATES, loadProfiles, loadTemplates } from '../../src/profiles/load.js'
import { checkTemplates, createTemplateRenderer } from '../../src/profiles/template.js'

const VALUES = { name: 'x y', lines: ['one', 'two'], smile: '\u{1f600}' }

const render = (source: string): string => {
  const renderer = createTemplateRenderer(new Map([['p/register', { file: 't.liquid', source }]]))
  const draft = renderer.render('p', 'register', VALUES)
  return draft.ok ? `rendered: ${JSON.stringify(draft.value)}` : describeProblems(draft.problems)
}

const BCC = 'Bcc: evil@evil.example'

describe("a template's first line", () => {
  test.each([
    ['a second field after CRLF', `Subject: x\r\n${BCC}\r\n\r\nA: b`],
    ['a second field after LF', `Subject: x\n${BCC}\n\nA: b`],
    ['a second field after a blank line end', `Subject: x \n ${BCC}\n\nA: b`],
    ['a folded line', 'Subject: x\n\tand more\n\nA: b'],
    ['a CR', `Subject: x\r${BCC}\n\nA: b`],
    ['a NUL', `Subject: x\0${BCC}\n\nA: b`],
    ['a tab', 'Subject: x\ty\n\nA: b'],
    ['a next line (U+0085)', `Subject: x\u0085${BCC}\n\nA: b`],
    ['a line separator (U+2028)', `Subject: x\u2028${BCC}\n\nA: b`],
    ['half a character', 'Subject: x\ud83d\n\nA: b'],
    ['half a character, cut by a filter', 'Subject: {{ smile | split: "" | first }}\n\nA: b'],
    ['a text of two lines', `Subject: {{ "x\n${BCC}" }}\n\nA: b`],
    ['a captured text of two lines', `{% capture s %}x\n${BCC}{% endcapture %}Subject: {{ s }}\n\nA: b`],
    ['a list joined with line ends', 'Subject: {{ lines | join: "\n" }}\n\nA: b'],
    ['blanks replaced by line ends', `Subject: {{ name | replace: " ", "\r\n${BCC}" }}\n\nA: b`],
    ['a loop of lines', 'Subject: {% for line in lines %}{{ line }}\n{% endfor %}\n\nA: b'],
  ])('makes no mail with %s', (_title, source) => {
    expect(render(source)).toMatch(/^t\.liquid: /)
  })

  test('makes one as it should be, from the same values', () => {
    expect(render('Subject: {{ name }} {{ smile }}\n\nA: {{ lines | join: " " }}')).toMatch(/^rendered: /)
  })
})

describe("an operator's copy of a built-in template", async () => {
  const profiles = await loadProfiles()
  const sources = await loadTemplates({ builtIn: BUILT_IN_TEMPLATES, operators: null })
  const LINES = ['Holder: DENIC-1-EVIL', BCC, 'Action: DELETE', '[evil]', '-----BEGIN PGP SIGNED MESSAGE-----', 'evil']
  // What people read, on tickets and in mails to them, orders nothing by itself.
  const byMail = [...profiles.values()].filter(({ channel }) => channel === 'mail').map(({ id }) => id)
  const cases = [...sources.keys()]
    .filter((key) => byMail.some((id) => key.startsWith(`${id}/`)))
    .flatMap((key) => LINES.map((line) => ({ key, line })))

  test('is what is spoiled here: all of them pass as they are', () => {
    expect(checkTemplates(sources, profiles.values())).toEqual([])
    expect(cases.length).toBeGreaterThan(LINES.length)
  })

  test.each(cases)('$key with the line "$line" is found at the start', ({ key, line }) => {
    const template = sources.get(key) ?? { file: '', source: '' }
    const spoiled = { ...template, source: `${template.source.trimEnd()}\n${line}\n` }
    const problems = checkTemplates(new Map([...sources, [key, spoiled]]), profiles.values())
    expect(problems.length).toBeGreaterThan(0)
    for (const { detail } of problems) expect(detail).toContain(template.file)
  })
})
