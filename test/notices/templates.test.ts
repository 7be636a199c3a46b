import { describe, expect, test } from 'vitest'
import { NOTICE_KINDS } from '../../src/core/notice.js'
import { NOTICE_SAMPLES } from '../../src/notices/samples.js'
import { checkNoticeTemplates, createNoticeTemplates } from '../../src/notices/templates.js'
import { BUILT_IN_TEMPLATES, loadTemplates } from '../../src/profiles/load.js'

const builtIn = await loadTemplates({ builtIn: BUILT_IN_TEMPLATES, operators: null })
const changed = (key: string, source: string | null) => {
  const sources = new Map(builtIn)
  if (source === null) sources.delete(key)
  else sources.set(key, { file: `/etc/${key}.liquid`, source })
  return sources
}
const detailsOf = (sources: ReturnType<typeof changed>) => checkNoticeTemplates(sources).map(({ detail }) => detail)
const bodyOf = (kind: (typeof NOTICE_KINDS)[number], values: Record<string, unknown>): string => {
  const draft = createNoticeTemplates(builtIn).render(kind, values)
  if (!draft.ok) throw new Error(JSON.stringify(draft.problems))
  return `Subject: ${draft.value.subject}\n\n${draft.value.body}`
}

describe('templates of mails to people', () => {
  test('the built-in ones are in order, and every kind has one and samples', () => {
    expect(checkNoticeTemplates(builtIn)).toEqual([])
    for (const kind of NOTICE_KINDS) expect(NOTICE_SAMPLES[kind].length).toBeGreaterThan(1)
  })

  test.each(NOTICE_KINDS)('%s: the samples, as they are mailed', async (kind) => {
    const mails = NOTICE_SAMPLES[kind].map((values) => bodyOf(kind, values))
    await expect(mails.join('\n=====\n')).toMatchFileSnapshot(`samples/${kind}.txt`)
  })

  test.each([
    ['is missing', changed('mail/digest', null), /mail\/digest\.liquid: is missing/],
    ['is for nothing', changed('mail/greeting', 'Subject: x\n\nx\n'), /mail\/greeting\.liquid: is for mail\/greeting/],
    ['cannot be parsed', changed('mail/digest', 'Subject: {{ x\n\nx'), /mail\/digest\.liquid: .*Correct the template/],
    ['names what is not there', changed('mail/digest', 'Subject: x\n\n{{ opne }}'), /line 3 names the field "opne"/],
    ['does not begin like a mail', changed('mail/alarm', 'Hello\n'), /must begin with a line "Subject: /],
    ['prints what may be absent', changed('mail/alarm', 'Subject: x\n\n{{ link }}'), /a field that has no value/],
    ['reads another', changed('mail/alarm', "Subject: x\n\n{% include 'y' %}"), /include/],
  ])('one that %s is found at the start', (_, sources, detail) => {
    expect(detailsOf(sources)).toEqual([expect.stringMatching(detail)])
  })

  test('nothing in a value begins a header or a line of ours', () => {
    const evil = 'no\r\nBcc: evil@evil.example\r\n\r\nStatus: Registered\u2028Code: 0\u0085\0{{ status }}'
    const [sample] = NOTICE_SAMPLES['status-change']
    const mail = bodyOf('status-change', {
      ...sample,
      ...{ title: evil, code: evil, billingOrder: evil, reason: evil.split('\n'), domain: evil, was: evil },
    })
    const lines = mail.split('\n')
    expect(lines.filter((line) => /^(Bcc|Status|Code)\b/i.test(line)).map((line) => line.slice(0, 14))).toEqual([
      'Status: Error',
      'Code:   no Bcc',
    ])
    expect(lines.filter((line) => line.startsWith('> ')).length).toBeGreaterThan(2)
    expect(mail).not.toMatch(/[^\P{Cc}\n]|[\u2028\u2029]/u)
  })

  test('a value that no sample has of that kind is shown all the same', () => {
    const text = bodyOf('ticket', {
      ...NOTICE_SAMPLES.ticket[0],
      ticket: 17,
      text: ['a', null, '', 'b'],
      extra: { deep: [1] },
    })
    expect(text).toContain('[ticket 17]')
    expect(text).toContain('> a\n> b\n')
  })
})
