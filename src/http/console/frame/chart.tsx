/** Charts as SVG within the page, drawn without a script; the table beside each says the same in words. */

export type Bar = { label: string; value: number }

const HEIGHT = 96
const STEP = 32
const WIDTH = 20

/** One bar each, oldest first. `title` says what they are; the table opens below. */
export const BarChart = ({ title, bars, what }: { title: string; bars: readonly Bar[]; what: string }) => {
  const most = Math.max(1, ...bars.map(({ value }) => value))
  return (
    <>
      <svg class="chart" viewBox={`0 0 ${bars.length * STEP} ${HEIGHT + 36}`} role="img" aria-label={title}>
        {bars.map(({ label, value }, index) => (
          <Column label={label} value={value} at={index * STEP} height={Math.round((value / most) * HEIGHT)} />
        ))}
      </svg>
      <details>
        <summary>As a table</summary>
        <table>
          <caption>{title}</caption>
          <thead>
            <tr>
              <th scope="col">Day</th>
              <th scope="col">{what}</th>
            </tr>
          </thead>
          <tbody>
            {bars.map(({ label, value }) => (
              <tr>
                <th scope="row">{label}</th>
                <td>{value}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  )
}

const Column = ({ label, value, at, height }: Bar & { at: number; height: number }) => (
  <>
    <rect
      class="mark"
      x={at + (STEP - WIDTH) / 2}
      y={HEIGHT + 14 - height}
      width={WIDTH}
      height={Math.max(1, height)}
      rx={2}
    />
    {value === 0 ? null : (
      <text x={at + STEP / 2} y={HEIGHT + 10 - height} text-anchor="middle">
        {value}
      </text>
    )}
    <text x={at + STEP / 2} y={HEIGHT + 32} text-anchor="middle">
      {label.slice(-2)}
    </text>
  </>
)

/** Half and nearly all of a wait, as a bar; what it says stands in words beside it. */
export const RangeBar = ({ p50, p95, most }: { p50: number; p95: number; most: number }) => {
  const x = (value: number): number => Math.round((value / Math.max(1, most)) * 200)
  return (
    <svg class="chart" viewBox="0 0 200 14" aria-hidden="true">
      <rect class="track" x={0} y={2} width={Math.max(2, x(p95))} height={10} rx={2} />
      <rect class="mark" x={0} y={2} width={Math.max(2, x(p50))} height={10} rx={2} />
    </svg>
  )
}
