import { type Checked, ok, wrong } from './errors.js'

/** A number of the public network (E.164): the country's code and the rest, digits alone. */
export type Phone = { country: string; number: string }

/** Codes of two digits (E.164, assigned by the ITU); 1 and 7 stand alone, and every other code has three. */
const TWO_DIGITS = /^(20|27|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/

/** E.164, 6.2.1: fifteen digits at most; what is shorter than seven is no number that can be called from abroad. */
const SHORTEST = 7
const LONGEST = 15

const FORMS = 'write it like +49.30123456 or +4930123456, with the code of the country and without blanks.'

/** A phone number as RFC 5733 writes it (`+49.30123456`) or without the dot. The problem is a sentence. */
export const parsePhone = (input: string): Checked<Phone> => {
  const no = (what: string) => wrong({ pointer: '', detail: `${JSON.stringify(input.slice(0, 40))} ${what}; ${FORMS}` })
  const match = /^\+([1-9][0-9]{0,2})(?:\.([0-9]+)|([0-9]*))$/.exec(input)
  if (match === null) return no('is no phone number')
  const digits = input.replace(/[+.]/g, '')
  if (digits.length < SHORTEST || digits.length > LONGEST)
    return no(`has ${digits.length} digits, and a phone number has ${SHORTEST} to ${LONGEST}`)
  const country = countryOf(digits)
  if (match[2] !== undefined && match[1] !== country)
    return no(`has its dot in the wrong place: +${country} is the code`)
  return ok({ country, number: digits.slice(country.length) })
}

/** As RFC 5733, 2.5 has it: a dot after the country's code. */
export const dottedPhone = ({ country, number }: Phone): string => `+${country}.${number}`

const countryOf = (digits: string): string =>
  /^[17]/.test(digits) ? digits.slice(0, 1) : digits.slice(0, TWO_DIGITS.test(digits) ? 2 : 3)
