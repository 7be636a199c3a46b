import { describe, expect, test } from 'vitest'
import { readFormOrder } from '../../src/order-form/form-order.js'
import { LONGEST_FORM, readForm } from '../../src/order-form/read-form.js'
import { writeForm } from '../../src/order-form/write-form.js'
import { fillForm } from './fill-form.js'

const BLANK = writeForm({ unicodeTld: 'de', actions: ['register'], agreement: null })
const FILLED = fillForm({ DOMAIN_ADMIN: 'xyz00', DOMAIN_ACTION: 'register' })

const problemsOf = (text: string | Buffer) => {
  const read = readFormOrder(typeof text === 'string' ? Buffer.from(text) : text)
  return read.ok ? [] : read.problems
}
const lineOf = (part: string) => `line ${FILLED.split('\n').findIndex((line) => line.startsWith(part)) + 1}`

describe('F62: the strict form', () => {
  test('the blank form is read again, and lacks only what it has to say', () => {
    expect(readForm(Buffer.from(BLANK)).ok).toBe(true)
    expect(problemsOf(BLANK).map(({ detail }) => detail.split(' ')[0])).toEqual(['DOMAIN_ADMIN', 'DOMAIN_ACTION'])
  })

  test('text outside of the marks never counts, of whatever encoding', () => {
    const before = Buffer.from('DOMAIN_ACTION="close"\n #HS.DOMAIN.TEMPLATE\n\xfc\xff\n', 'latin1')
    const after = Buffer.from('#HS.DOMAIN.TEMPLATE\nDOMAIN_ACTION="close"\n#\n\xff', 'latin1')
    const read = readFormOrder(Buffer.concat([before, Buffer.from(FILLED), after]))
    expect(read).toEqual(readFormOrder(Buffer.from(FILLED)))
    expect(read).toMatchObject({ ok: true, value: { admin: 'xyz00', action: 'register', contacts: {} } })
  })

  test.each([
    ['line ends of Windows', FILLED.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\ufeff${FILLED.slice(FILLED.indexOf('#HS'))}`],
    ['all that stands behind values deleted', FILLED.replaceAll(/ ;.*$/gm, '')],
    ['spaces left where that stood', FILLED.replaceAll(/;.*$/gm, '')],
    ['no line end behind the last mark', FILLED.trimEnd()],
  ])('%s changes nothing', (_, text) => {
    expect(readFormOrder(Buffer.from(text))).toMatchObject({ ok: true, value: { action: 'register' } })
  })

  test.each([
    ['a part of a comment deleted', FILLED.replace(' ;stays empty', ' ;stays'), 'ROBOT_DEBUG', 'delete all of it'],
    ['a comment changed', FILLED.replace(';stays empty', ';is empty'), 'ROBOT_DEBUG', 'has changed'],
    ['text instead of a comment', FILLED.replace(' ;stays empty', ' x'), 'ROBOT_DEBUG', 'has changed'],
    ['a comment where none was', FILLED.replace('OWNER_NAME=""', 'OWNER_NAME="" ;me'), 'OWNER_NAME', 'take it out'],
    ['a quote in a value', FILLED.replace('"xyz00"', '"xyz"00"'), 'DOMAIN_ADMIN', 'has a quote in it'],
    ['curly quotes', FILLED.replace('"xyz00"', '“xyz00”'), '', 'straight quotes'],
    ['a space before the name', FILLED.replace('OWNER_NAME=', ' OWNER_NAME='), '', 'NAME="value"'],
    ['a space beside the sign', FILLED.replace('OWNER_NAME=', 'OWNER_NAME ='), '', 'NAME="value"'],
    ['another name', FILLED.replace('OWNER_NAME=', 'OWNER_NAMES='), '', 'There is no field OWNER_NAMES'],
    ['the same name in small letters', FILLED.replace('OWNER_NAME=', 'owner_name='), '', 'NAME="value"'],
    ['an empty line', FILLED.replace('OWNER_NAME=', '\nOWNER_NAME='), '', 'It is empty'],
    ['a field a second time', FILLED.replace('OWNER_NAME=""', 'OWNER_NAME=""\nOWNER_NAME=""'), '', 'was given before'],
    ['a field of a prototype', FILLED.replace('OWNER_NAME=', '__proto__='), '', 'NAME="value"'],
    ['a second beginning', FILLED.replace('OWNER_NAME=', '#HS.DOMAIN.TEMPLATE\nOWNER_NAME='), '', 'a second time'],
    ['an unseen character', FILLED.replace('"xyz00"', '"xyz\u000000"'), 'DOMAIN_ADMIN', 'cannot be seen'],
    ['a lone carriage return', FILLED.replace('"xyz00"', '"xyz\r00"'), 'DOMAIN_ADMIN', ''],
    ['a value that is too long', FILLED.replace('"xyz00"', `"${'x'.repeat(101)}"`), 'DOMAIN_ADMIN', 'longer than 100'],
    ['a debug field', FILLED.replace('ROBOT_DEBUG=""', 'ROBOT_DEBUG="1"'), 'ROBOT_DEBUG', 'is not empty'],
    ['another action', FILLED.replace('"register"', '"renew"'), 'DOMAIN_ACTION', 'choose one of'],
    ['no years', FILLED.replace('DOMAIN_PERIOD=""', 'DOMAIN_PERIOD="0"'), 'DOMAIN_PERIOD', 'from 1 to 99'],
  ])('%s is refused with its line', (_, text, field, detail) => {
    const [problem, ...others] = problemsOf(text)
    expect(others).toEqual([])
    expect(problem?.pointer).toMatch(/^line \d+$/)
    if (field !== '') expect(problem?.pointer).toBe(lineOf(field))
    expect(problem?.detail).toContain(detail)
  })

  test('a line that is missing is named', () => {
    const without = FILLED.split('\n').filter((line) => !line.startsWith('OWNER_NAME'))
    expect(problemsOf(without.join('\n'))).toMatchObject([{ detail: expect.stringContaining('OWNER_NAME is missing') }])
  })

  test('a line that has left its place is named', () => {
    const lines = FILLED.split('\n').filter((line) => !line.startsWith('ROBOT_DEBUG'))
    lines.splice(lines.indexOf('#'), 0, 'ROBOT_DEBUG=""')
    expect(problemsOf(lines.join('\n'))).toMatchObject([{ detail: expect.stringContaining('has left its place') }])
  })

  test('everything that is wrong is told at once', () => {
    const text = FILLED.replace('"register"', '"x"').replace('OWNER_TYPE=""', 'OWNER_TYPE="firm"')
    expect(problemsOf(text.replace('ADMIN_C_COUNTRY=""', 'ADMIN_C_COUNTRY="d"'))).toHaveLength(3)
    expect(problemsOf(FILLED.replace('OWNER_NAME=', 'X=').replace('OWNER_CITY=', 'Y='))).toHaveLength(2)
  })

  test.each([
    ['nothing at all', Buffer.alloc(0), 'No line is #HS.DOMAIN.TEMPLATE'],
    ['a form that goes on', Buffer.from(FILLED.replace(/#\n$/, '')), 'which ends the form'],
    ['more than a form can have', Buffer.alloc(LONGEST_FORM + 1, 0x20), 'is longer than'],
  ])('%s is refused', (_, octets, detail) => {
    expect(problemsOf(octets)).toMatchObject([{ detail: expect.stringContaining(detail) }])
  })

  test('octets that are no UTF-8 are refused between the marks', () => {
    const octets = Buffer.from(fillForm({ OWNER_NAME: 'M\xfcller' }), 'latin1')
    expect(problemsOf(octets)).toMatchObject([
      { pointer: lineOf('OWNER_NAME'), detail: expect.stringContaining('UTF-8') },
    ])
  })

  test('whatever is cut or flipped, it is read or refused with reasons, and nothing is thrown', () => {
    const octets = Buffer.from(fillForm({ DOMAIN_ADMIN: 'xyz00', DOMAIN_ACTION: 'close', OWNER_NAME: 'Jürgen Größe' }))
    for (let at = 0; at < octets.length; at++) {
      const flipped = Buffer.from(octets)
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8))
      for (const form of [octets.subarray(0, at), flipped]) {
        const read = readFormOrder(form)
        // What stands above the form may change as it likes; what counts is an order, or has its reasons.
        if (read.ok) expect(read.value.admin).not.toBe('')
        else expect(read.problems.every(({ detail }) => detail.length > 20)).toBe(true)
      }
    }
  })
})

test('a whole form becomes an order', () => {
  const form = fillForm({
    ...{ DOMAIN_ADMIN: 'xyz00', DOMAIN_ACTION: 'transfer', DOMAIN_PERIOD: '2', DOMAIN_AUTHINFO: 'Ab3-xY7' },
    ...{ OWNER_TYPE: 'person', OWNER_NAME: ' Jürgen Größe ', OWNER_STREET: 'Hauptstr. 1', OWNER_COUNTRY: 'DE' },
    ...{ ADMIN_C_HANDLE: 'ABC123@HANDLES.DE', NS_1: 'ns1.example.com 192.0.2.1, 2001:db8::1', NS_3: 'ns2.example.net' },
  })
  expect(readFormOrder(Buffer.from(form))).toEqual({
    ok: true,
    value: {
      ...{ admin: 'xyz00', action: 'transfer', period: { years: 2 }, authInfo: 'Ab3-xY7', agreementVersion: null },
      contacts: {
        holder: [{ type: 'person', name: 'Jürgen Größe', street: ['Hauptstr. 1'], country: 'DE' }],
        admin: [{ handle: 'ABC123@HANDLES.DE' }],
      },
      nameservers: [
        { host: 'ns1.example.com', addresses: ['192.0.2.1', '2001:db8::1'] },
        { host: 'ns2.example.net', addresses: [] },
      ],
    },
  })
})
