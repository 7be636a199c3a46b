import { describe, expect, test } from 'vitest'
import { ACTIONS, type Action } from '../../src/core/action.js'
import { describeProblems } from '../../src/core/errors.js'
import type { Capability, TemplateValues } from '../../src/profiles/profile.js'
import { checkTemplates, createTemplateRenderer, type TemplatedProfile } from '../../src/profiles/template.js'

const VALUES: TemplateValues = {
  name: 'bücher',
  absent: null,
  lines: ['one', 'two'],
  hosts: [
    { host: 'a', port: '1' },
    { host: 'b', port: null },
  ],
  group: { inner: 'x' },
}

const HEAD = 'Subject: s\n\n'
const sourcesOf = (source: string, key = 'p/register') => new Map([[key, { file: 't.liquid', source }]])
const render = (source: string, values = VALUES) =>
  createTemplateRenderer(sourcesOf(source)).render('p', 'register', values)
const bodyOf = (source: string, values = VALUES): string => {
  const draft = render(HEAD + source, values)
  return draft.ok ? draft.value.body : describeProblems(draft.problems)
}

describe('a template renders', () => {
  test.each([
    ['text', 'A: {{ name }}', 'A: bücher\n'],
    [
      'a list, a line each, and leaves no empty lines',
      'A: 1\n{% for x in lines %}\nB: {{ x }}\n{% endfor %}\nC: 2\n',
      'A: 1\nB: one\nB: two\nC: 2\n',
    ],
    [
      'a list of groups',
      '{% for h in hosts %}\nH: {{ h.host }}{% if h.port %} {{ h.port }}{% endif %}\n{% endfor %}',
      'H: a 1\nH: b\n',
    ],
    ['a condition', '  {% if absent %}\nA: {{ absent }}\n  {% else %}\nA: none\n{% endif %}\n', 'A: none\n'],
    ['tags within a line', 'A:{% if name %} x{% endif %}\nB: y', 'A: x\nB: y\n'],
    [
      'comments as nothing',
      '{% comment %} note {% endcomment %}\n{% # note %}\n{% comment %}\na\n{% endcomment %}\nA: x',
      'A: x\n',
    ],
    ['blanks at the ends of lines as nothing', 'A: x   \n\n\nB: y \n\n\n', 'A: x\n\n\nB: y\n'],
    ['CRLF and a byte order mark as LF', 'A: x\r\nB: y\r\n', 'A: x\nB: y\n'],
    ['numbers and assigned names', '{% assign n = lines | size %}\nA: {{ n }} {{ name | upcase }}', 'A: 2 BÜCHER\n'],
  ])('%s', (_, source, body) => {
    expect(bodyOf(source)).toBe(body)
  })

  test('the subject from its first line', () => {
    expect(render('\ufeffSubject: {{ name }} [x]\r\n\r\nbody')).toEqual({
      ok: true,
      value: { subject: 'bücher [x]', body: 'body\n' },
    })
  })
})

describe('a template cannot', () => {
  test.each([
    ['print a field that is not there', '{{ nmae }}', /undefined variable: nmae, line:3/],
    ['test a field that is not there', '{% if nmae %}x{% endif %}', /undefined variable: nmae/],
    ['print a field without a value', 'A: {{ absent }}', /no value.*line:3/],
    ['print a list', 'A: {{ lines }}', /list or a group/],
    ['print a group', 'A: {{ group }}', /list or a group/],
    ['print around the escape', '{{ name | raw }}', /undefined filter: raw/],
    ['switch the language off', '{% raw %}x{% endraw %}', /"raw" not found/],
    ['print by cycle', '{% cycle name, name %}', /"cycle" not found/],
    ['print by echo', '{% echo name %}', /"echo" not found/],
    ['include another template', '{% include "x" %}', /"include" not found/],
    ['render a file', '{% render "../../package.json" %}', /"render" not found/],
    ['use a layout', '{% layout "x" %}', /"layout" not found/],
    ['know the time', '{{ "now" | date: "%s" }}', /undefined filter: date/],
    ['throw dice', '{{ lines | sample }}', /undefined filter: sample/],
    ['reach for prototypes', '{{ name.constructor }}', /undefined variable/],
    ['make a second line of a value', '{{ name | append: "\\nB: y" }}', /line end/],
    ['have tabs in its text', 'A:\tx', /tab/],
    ['be left open', '{% if name %}x', /not closed/],
    ['have no body', '{% if absent %}x{% endif %}', /no body/],
    ['run for ever', '{% for a in (1..100000) %}{% for b in (1..100000) %}x{% endfor %}{% endfor %}', /limit/],
    ['be very long', 'x'.repeat(70_000), /at most 64000/],
  ])('%s', (_, source, reason) => {
    const complaint = bodyOf(source)
    expect(complaint).toMatch(reason)
    expect(complaint).toMatch(/^t\.liquid: /)
  })

  test.each(['', 'body alone', 'Subject: x', 'Subject: x\nbody', '\nSubject: x\n\nbody', 'Subject:\n\nbody'])(
    'begin with %j',
    (source) => {
      const draft = render(source)
      expect(draft.ok ? 'fine' : describeProblems(draft.problems)).toMatch(/must begin with a line "Subject/)
    },
  )

  test.each(['\n', '\r', '\0', '\t', '\x1b', '\x7f', '\u0085', '\u2028', '\u2029'])(
    'be given a value with %j',
    (control) => {
      const bad = { ...VALUES, hosts: [{ host: `a${control}Action: DELETE`, port: null }] }
      expect(bodyOf('A: {{ name }}', bad)).toMatch(
        /the field hosts\.0\.host has a line end or another control character/,
      )
    },
  )

  test('be missing', () => {
    const draft = render('x')
    expect(draft.ok).toBe(false)
    const other = createTemplateRenderer(new Map()).render('p', 'transfer', VALUES)
    expect(other.ok ? 'fine' : describeProblems(other.problems)).toMatch(/no template p\/transfer\.liquid/)
  })
})

describe('checkTemplates', () => {
  const no: Capability = { supported: false, reason: 'No.' }
  const capabilities = Object.fromEntries(ACTIONS.map((action) => [action, no])) as Record<Action, Capability>
  const profile: TemplatedProfile = {
    id: 'p',
    capabilities: { ...capabilities, register: { supported: true, expectsReply: true } },
    confirm: () => [],
    samples: [
      { action: 'register', values: VALUES },
      { action: 'register', values: { ...VALUES, hosts: [], absent: 'there' } },
    ],
  }
  const check = (source: string) => describeProblems(checkTemplates(sourcesOf(HEAD + source), [profile]))

  test.each([
    ['{{ name }}{% for h in hosts %}{{ h.host }}{% if h.port %}{{ h.port }}{% endif %}{{ forloop.index }}{% endfor %}'],
    ['{% if hosts.size > 0 %}{{ hosts.first.host }}{{ hosts[0].host }}{% endif %}{{ group.inner }}x'],
    ['{% assign x = name %}{{ x }}'],
    ['{% if absent %}{{ absent }}{% endif %}x'],
  ])('finds nothing wrong with %j', (source) => {
    expect(check(source)).toBe('')
  })

  test.each([
    [
      '{{ nmae }}',
      /^t\.liquid: line 3 names the field "nmae", which is not there; known are: absent, group, hosts, lines, name\.$/,
    ],
    ['A: b\n{% if absent == "never" %}{{ secret }}{% endif %}', /line 4 names the field "secret"/],
    [
      '{% for h in hosts %}{% if h.host == "never" %}{{ h.prot }}{% endif %}{% endfor %}x',
      /"h\.prot".*known are: host, port/,
    ],
    ['{% for h in hsots %}x{% endfor %}', /"hsots"/],
    ['{{ group.outer }}', /"group\.outer".*known are: inner/],
    ['{{ name.first }}', /"name\.first".*no fields of its own/],
    ['{{ hosts.frist }}', /"hosts\.frist".*first, last, size/],
    ['{% for h in hosts %}{{ forloop.count }}{% endfor %}', /"forloop\.count"/],
    ['{{ name', /not closed/],
    ['{{ name | nofilter }}', /undefined filter: nofilter/],
    ['A: {{ absent }}', /no value/],
  ])('finds what is wrong with %j', (source, reason) => {
    expect(check(source)).toMatch(reason)
  })

  test('finds a missing and an idle template', () => {
    expect(describeProblems(checkTemplates(sourcesOf(`${HEAD}x`, 'p/close'), [profile]))).toMatch(
      /p\/register\.liquid: is missing.*t\.liquid: is for p\/close, which no profile has/,
    )
  })
})
