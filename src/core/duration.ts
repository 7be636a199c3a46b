const UNITS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 } as const

/** `90s`, `15m`, `1h`, `5d` in milliseconds; null for anything else, and for less than a second. */
export const parseDuration = (text: string): number | null => {
  const [, count = '', unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  const size = Object.entries(UNITS).find(([name]) => name === unit)?.[1] ?? 0
  return Number(count) * size >= 1_000 ? Number(count) * size : null
}

/** `5d`, `90m`, `45s`: in the largest unit that leaves no rest. */
export const durationText = (ms: number): string => {
  const [name, size] = Object.entries(UNITS).find(([, unit]) => ms % unit === 0) ?? ['s', UNITS.s]
  return `${ms / size}${name}`
}

/** How long something lasts already, in its largest unit, begun ones not counted: `3d`, `5h`, `0m`. */
export const ageText = (ms: number): string => {
  const age = Math.max(0, ms)
  const [name, size] = Object.entries(UNITS).find(([unit, size]) => age >= size && unit !== 's') ?? ['m', UNITS.m]
  return `${Math.floor(age / size)}${name}`
}
