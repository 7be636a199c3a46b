import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nextTime, planOf, standingOf, type Timetable } from '../../src/core/schedule.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const ZONES = [
  ...['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'America/Santiago'],
  ...['Africa/Cairo', 'Europe/Dublin', 'Pacific/Auckland', 'Asia/Kolkata', 'America/St_Johns'],
]
const DIGESTS = ['06:00', '12:00', '16:00', '21:00']

/** `2026-03-29 03:00`, as clocks on the wall of that zone show it. */
const wall = (at: Date, timeZone: string): string =>
  new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(at)

const timesFrom = (timetable: Timetable, from: string, count: number): Date[] => {
  const found: Date[] = []
  for (let at = new Date(from); found.length < count; ) {
    const next = nextTime(timetable, at)
    if (next === null) throw new Error('there is no next time')
    found.push(next)
    at = next
  }
  return found
}

describe('the next time of a timetable', () => {
  test.each([
    ['Europe/Berlin', '2026-03-28T22:00:00Z', ['2026-03-29 06:00', '2026-03-29 12:00', '2026-03-29 16:00']],
    ['Europe/Berlin', '2026-10-24T22:00:00Z', ['2026-10-25 06:00', '2026-10-25 12:00', '2026-10-25 16:00']],
    ['America/New_York', '2026-03-08T05:00:00Z', ['2026-03-08 06:00', '2026-03-08 12:00', '2026-03-08 16:00']],
    ['America/New_York', '2026-11-01T04:00:00Z', ['2026-11-01 06:00', '2026-11-01 12:00', '2026-11-01 16:00']],
  ])('in %s after %s is by the clock on the wall: %j', (timezone, from, expected) => {
    expect(timesFrom({ times: DIGESTS, timezone }, from, 3).map((at) => wall(at, timezone))).toEqual(expected)
  })

  test.each([
    ['Europe/Berlin', '02:30', '2026-03-28T12:00:00Z', '2026-03-29T01:00:00.000Z', '2026-03-30T00:30:00.000Z'],
    ['America/New_York', '02:30', '2026-03-07T12:00:00Z', '2026-03-08T07:00:00.000Z', '2026-03-09T06:30:00.000Z'],
    ['Australia/Lord_Howe', '02:15', '2026-10-03T12:00:00Z', '2026-10-03T15:30:00.000Z', '2026-10-04T15:15:00.000Z'],
  ])('in %s, %s that is skipped is once, right after the gap', (timezone, time, from, gap, after) => {
    const found = timesFrom({ times: [time], timezone }, from, 2)
    expect(found.map((at) => at.toISOString())).toEqual([gap, after])
  })

  test.each([
    ['Europe/Berlin', ['02:30'], '2026-10-24T12:00:00Z', ['2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z']],
    ['America/New_York', ['01:30'], '2026-10-31T12:00:00Z', ['2026-11-01T05:30:00.000Z', '2026-11-02T06:30:00.000Z']],
    [
      'Europe/Berlin',
      ['02:30', '03:30'],
      '2026-10-24T12:00:00Z',
      ['2026-10-25T00:30:00.000Z', '2026-10-25T02:30:00.000Z', '2026-10-26T01:30:00.000Z'],
    ],
  ])('in %s, of %j what comes twice is once, the first time', (timezone, times, from, expected) => {
    const found = timesFrom({ times, timezone }, from, expected.length)
    expect(found.map((at) => at.toISOString())).toEqual(expected)
  })

  test('after an instant within the hour that comes again is on the day after', () => {
    const timetable = { times: ['02:30'], timezone: 'Europe/Berlin' }
    for (const from of ['2026-10-25T00:30:00Z', '2026-10-25T01:10:00Z', '2026-10-25T01:30:00Z'])
      expect(nextTime(timetable, new Date(from))?.toISOString()).toBe('2026-10-26T01:30:00.000Z')
  })

  test('of two years in Berlin and New York are four a day, each at one of the four times', () => {
    for (const timezone of ['Europe/Berlin', 'America/New_York']) {
      const found = timesFrom({ times: DIGESTS, timezone }, '2026-06-30T22:00:00Z', 4 * 731)
      const days = new Map<string, string[]>()
      for (const at of found) {
        const [day = '', time = ''] = wall(at, timezone).split(' ')
        days.set(day, [...(days.get(day) ?? []), time])
      }
      const whole = [...days.values()].slice(1, -1)
      expect(whole.length).toBeGreaterThan(728)
      expect(new Set(whole.map((times) => times.join()))).toEqual(new Set([DIGESTS.join()]))
    }
  })

  test('is none without times', () => {
    expect(nextTime({ times: [], timezone: 'UTC' }, new Date())).toBeNull()
  })

  const timetables = fc.record({
    times: fc.uniqueArray(
      fc
        .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
        .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':')),
      { minLength: 1, maxLength: 5 },
    ),
    timezone: fc.constantFrom(...ZONES),
  })
  /** Any instant, and often one within a day of a change of the clocks. */
  const instants = fc.oneof(
    fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2037, 0) }),
    fc
      .tuple(
        fc.constantFrom('2026-03-29T01:00Z', '2026-10-25T01:00Z', '2027-03-14T07:00Z', '2026-11-01T06:00Z'),
        fc.integer({ min: -DAY, max: DAY }),
      )
      .map(([change, off]) => Date.parse(change) + off),
  )
  /** What clocks show just before this instant and at it, where they were put forward there. */
  const gapAt = (at: Date, timezone: string): [string, string] | null => {
    const [before, now] = [wall(new Date(at.getTime() - MINUTE), timezone), wall(at, timezone)]
    return Date.parse(`${now}Z`) - Date.parse(`${before}Z`) === MINUTE ? null : [before, now]
  }

  test('comes after the instant, within two days, at one of the times or where such a time was skipped', () => {
    fc.assert(
      fc.property(timetables, instants, (timetable, instant) => {
        const next = nextTime(timetable, new Date(instant))
        if (next === null) throw new Error('there is no next time')
        expect(next.getTime()).toBeGreaterThan(instant)
        expect(next.getTime() - instant).toBeLessThanOrEqual(2 * DAY)
        expect(next.getTime() % MINUTE).toBe(0)
        const gap = gapAt(next, timetable.timezone)
        const shown = wall(next, timetable.timezone).slice(-5)
        const skipped = timetable.times.some(
          (time) => gap !== null && gap[0].slice(-5) < time && time < gap[1].slice(-5),
        )
        expect(timetable.times.includes(shown) || skipped).toBe(true)
      }),
      { numRuns: 250 },
    )
  })

  test('is the same from wherever it is looked for before it, and the times rise', () => {
    fc.assert(
      fc.property(timetables, instants, fc.double({ min: 0, max: 1, noNaN: true }), (timetable, instant, part) => {
        const [first, second, third] = timesFrom(timetable, new Date(instant).toISOString(), 3).map((at) =>
          at.getTime(),
        )
        if (first === undefined || second === undefined || third === undefined) throw new Error('three were asked for')
        expect(first < second && second < third).toBe(true)
        const between = first + Math.floor((second - 1 - first) * part)
        expect(nextTime(timetable, new Date(between))?.getTime()).toBe(second)
      }),
      { numRuns: 250 },
    )
  })

  test('is once a day for each time: no day lacks one, none has one twice', () => {
    fc.assert(
      fc.property(timetables, instants, ({ times: [time = ''], timezone }, instant) => {
        const found = timesFrom({ times: [time], timezone }, new Date(instant).toISOString(), 4)
        const days = found.map((at) => wall(at, timezone).slice(0, 10))
        const [first = ''] = days
        const expected = days.map((_, index) => new Date(Date.parse(first) + index * DAY).toISOString().slice(0, 10))
        expect(days).toEqual(expected)
      }),
      { numRuns: 250 },
    )
  })
})

describe('an appointment', () => {
  const timetable = { times: DIGESTS, timezone: 'Europe/Berlin' }
  const plan = planOf(timetable)
  const now = new Date('2026-07-01T10:00:00Z')
  const at = (ms: number) => new Date(now.getTime() + ms)
  test.each([
    ['is made where there is none yet', { dueAt: new Date(0), plan: null }, 'misplaced'],
    ['is due at its time', { dueAt: now, plan }, 'due'],
    ['is due after it, however late', { dueAt: at(-300 * DAY), plan }, 'due'],
    ['waits before it', { dueAt: at(1), plan }, 'waits'],
    ['waits where the clock was set back by less than two days', { dueAt: at(2 * DAY), plan }, 'waits'],
    ['is made anew where it was set back by more', { dueAt: at(2 * DAY + 1), plan }, 'misplaced'],
    ['is made anew by another plan', { dueAt: at(HOUR), plan: '07:00 UTC' }, 'misplaced'],
    ['is due all the same where it was missed under another plan', { dueAt: at(-HOUR), plan: '07:00 UTC' }, 'due'],
  ])('%s', (_, appointment, expected) => {
    expect(standingOf(appointment, timetable, now)).toBe(expected)
  })

  test('without times is struck out once, and never due', () => {
    const none = { times: [], timezone: 'UTC' }
    expect(standingOf({ dueAt: at(-HOUR), plan }, none, now)).toBe('misplaced')
    expect(standingOf({ dueAt: at(-HOUR), plan: planOf(none) }, none, now)).toBe('waits')
  })
})
