import { describe, expect, test } from 'vitest'
import { describeProblems } from '../../src/core/errors.js'
import { dottedPhone, parsePhone } from '../../src/core/phone.js'

const dotted = (text: string): string => {
  const phone = parsePhone(text)
  return phone.ok ? dottedPhone(phone.value) : describeProblems(phone.problems)
}

describe('a phone number is written with the dot after the code of its country', () => {
  test.each([
    ['+49.30123456', '+49.30123456'],
    ['+4930123456', '+49.30123456'],
    ['+12025550123', '+1.2025550123'],
    ['+77011234567', '+7.7011234567'],
    ['+35312345678', '+353.12345678'],
    ['+3901234567', '+39.01234567'],
    ['+8521234567', '+852.1234567'],
    ['+493012345678901', '+49.3012345678901'],
  ])('%s', (given, written) => {
    expect(dotted(given)).toBe(written)
  })
})

describe('no phone number', () => {
  test.each([
    ['030123456', /is no phone number/],
    ['+49 30 123456', /is no phone number; write it like \+49\.30123456/],
    ['+0.30123456', /is no phone number/],
    ['+49.30-123456', /is no phone number/],
    ['+49.', /is no phone number/],
    ['+49.301.23456', /is no phone number/],
    ['+4.930123456', /dot in the wrong place: \+49 is the code/],
    ['+12.025550123', /dot in the wrong place: \+1 is/],
    ['+49.30', /has 4 digits, and a phone number has 7 to 15/],
    ['+4930123456789012', /has 16 digits/],
    ['+49.30123456\n', /is no phone number/],
    ['+٤٩.30123456', /is no phone number/],
  ])('%j', (given, why) => {
    expect(dotted(given)).toMatch(why)
  })
})
