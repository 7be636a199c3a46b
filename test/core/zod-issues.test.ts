import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { problemsOfIssues } from '../../src/core/zod-issues.js'

const problems = (schema: z.ZodType, value: unknown) => {
  const result = schema.safeParse(value)
  return result.success ? [] : problemsOfIssues(result.error.issues)
}

const one = z.strictObject({ handle: z.string() })

describe('every issue becomes a pointer and a sentence that says what to do', () => {
  test.each<[string, z.ZodType, unknown, [string, RegExp][]]>([
    ['a missing string', z.object({ a: z.string() }), {}, [['/a', /^is missing; give a string$/]]],
    ['a missing list', z.object({ a: z.array(z.string()) }), {}, [['/a', /^is missing; give a list$/]]],
    ['a wrong type', z.object({ a: z.number() }), { a: 'x' }, [['/a', /^must be a number$/]]],
    ['a fraction', z.object({ a: z.int() }), { a: 1.5 }, [['/a', /^must be a whole number$/]]],
    ['the whole', z.strictObject({}), [], [['', /^must be an object$/]]],
    [
      'an unknown field',
      z.strictObject({}),
      { b: 1, c: 2 },
      [
        ['/b', /not a field/],
        ['/c', /not a field/],
      ],
    ],
    ['a choice', z.enum(['x', 'y']), 'z', [['', /^must be one of: x, y$/]]],
    ['a constant', z.literal('x'), 'z', [['', /^must be x$/]]],
    ['too short', z.string().min(3), 'x', [['', /^must have at least 3 characters$/]]],
    ['empty', z.string().min(1), '', [['', /^is empty/]]],
    ['too long a list', z.array(z.string()).max(1), ['a', 'b'], [['', /^must have at most 1 entries$/]]],
    ['too much', z.number().lt(5), 5, [['', /^must be less than 5$/]]],
    ['a step', z.number().multipleOf(5), 6, [['', /^must be a multiple of 5$/]]],
    ['a time', z.iso.datetime(), 'x', [['', /RFC 3339/]]],
    ['a pattern without a sentence', z.string().regex(/x/), 'y', [['', /the form that is wanted/]]],
    ['a pattern with one', z.string().regex(/x/, 'must hold an x'), 'y', [['', /^must hold an x$/]]],
    ['a refinement', z.string().refine(() => false, 'is no good'), 'y', [['', /^is no good$/]]],
    [
      'a key of a record',
      z.record(z.string().min(2), z.string()),
      { a: 'x' },
      [['/a', /^has a name that is not allowed/]],
    ],
    ['a pointer with ~ and /', z.object({ 'a/b~c': z.string() }), {}, [['/a~1b~0c', /missing/]]],
    ['the object of a union', z.union([one, z.array(one)]), { handle: 1 }, [['/handle', /a string/]]],
    [
      'the list of a union',
      z.object({ a: z.union([one, z.array(one)]) }),
      { a: [{ handle: 1 }] },
      [['/a/0/handle', /a string/]],
    ],
    ['nothing of a union', z.union([one, z.array(one)]), 5, [['', /^must be an object or a list$/]]],
    [
      'a union within a union',
      z.union([z.array(z.union([one, z.array(one)])), z.string()]),
      [{ x: 1 }],
      [
        ['/0/handle', /missing/],
        ['/0/x', /not a field/],
      ],
    ],
  ])('%s', (_, schema, value, expected) => {
    const found = problems(schema, value)
    expect(found.map(({ pointer }) => pointer)).toEqual(expected.map(([pointer]) => pointer))
    for (const [index, [, detail]] of expected.entries()) expect(found[index]?.detail).toMatch(detail)
  })
})
