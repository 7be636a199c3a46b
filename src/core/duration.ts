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
