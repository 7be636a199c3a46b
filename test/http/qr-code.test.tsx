import jsqr from 'jsqr'
import { expect, test } from 'vitest'
import { keyUri, toBase32 } from '../../src/core/totp.js'
import { QrCode } from '../../src/http/console/frame/qr-code.js'
import { SecretPage } from '../../src/http/console/settings/account-page.js'

/** Enough for a reader that looks for a picture, and not for modules. */
const SCALE = 4

/** What a camera sees: the picture as a page has it, painted. Understands only what is in it. */
const paint = (svg: string) => {
  const size = Number(/viewBox="0 0 (\d+) \1"/.exec(svg)?.[1])
  const pixels = new Uint8ClampedArray((size * SCALE) ** 2 * 4).fill(255)
  const dark = (x: number, y: number): void => {
    const at = (y * size * SCALE + x) * 4
    pixels.fill(0, at, at + 3)
  }
  for (const [, x, y, width] of (/ d="([^"]+)"/.exec(svg)?.[1] ?? '').matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g))
    for (let row = Number(y) * SCALE; row < (Number(y) + 1) * SCALE; row++)
      for (let column = Number(x) * SCALE; column < (Number(x) + Number(width)) * SCALE; column++) dark(column, row)
  return { pixels, width: size * SCALE }
}

const read = (svg: string): string | null => {
  const { pixels, width } = paint(svg)
  return jsqr.default(pixels, width, width, { inversionAttempts: 'dontInvert' })?.data ?? null
}

test.each(['a', 'otpauth://totp/x?secret=A', `https://example.net/${'ü?&"<'.repeat(40)}`])(
  'a camera reads %j',
  (text) => {
    expect(read(String(<QrCode text={text} label="a code" />))).toBe(text)
  },
)

test('the page of a secret has it as a picture that an app reads, named, and as text beside it', () => {
  const secret = toBase32(Buffer.from('12345678901234567890'))
  const uri = keyUri({ secret, name: 'ann & co' })
  const page = String(<SecretPage secret={secret} uri={uri} />)
  const [svg = ''] = /<svg[\s\S]*?<\/svg>/.exec(page) ?? []
  expect(read(svg)).toBe(uri)
  expect(svg).toMatch(/ role="img" aria-label="QR code [^"]+"/)
  expect(svg).not.toMatch(/style=|href=|<image|<script/)
  expect(page).toContain(secret.replace(/.{4}(?=.)/g, '$& '))
})
