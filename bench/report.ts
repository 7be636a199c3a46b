import type { Backend } from './place.js'

/** One measurement with what stands beside it. */
export type Figure = {
  name: string
  backend: Backend | 'postgresql+redis'
  value: number
  unit: string
  anchors: { name: string; value: number }[]
}

const show = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3))

/** A table in Markdown; of each anchor its value and the figure as a multiple of it. */
export const toTable = (figures: readonly Figure[]): string => {
  const rows = figures.map(({ name, backend, value, unit, anchors }) => {
    const beside = anchors.map(
      (anchor) => `${anchor.name}: ${show(anchor.value)} (x ${(value / anchor.value).toFixed(2)})`,
    )
    return `| ${name} | ${backend} | ${show(value)} ${unit} | ${beside.join('; ')} |`
  })
  return ['| figure | database | measured | beside |', '|---|---|---|---|', ...rows].join('\n')
}
