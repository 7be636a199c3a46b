import type { KeySpan, KeySpans } from '../../../core/key-windows.js'
import { Time } from '../frame/parts.js'
import type { TimeWords } from '../frame/words.js'

const [WIDTH, ROW, BAR] = [600, 26, 10]

/** Which key is used when: a bar each, and a line for now. The list below it says the same. */
export const KeyTimeLine = ({ spans, words }: { spans: KeySpans; words: TimeWords }) => {
  const height = spans.spans.length * ROW + 20
  const x = (part: number): number => Math.round(part * WIDTH)
  return (
    <figure class="chart-with-words">
      <svg
        class="chart"
        viewBox={`0 0 ${WIDTH} ${height}`}
        role="img"
        aria-label={`Times of ${ROLES[spans.role]}, as listed below`}
      >
        {spans.spans.map((span, index) => (
          <>
            <rect class="track" x="0" y={index * ROW + 14} width={WIDTH} height={BAR} rx="3" />
            <rect
              class="mark"
              x={x(span.from)}
              y={index * ROW + 14}
              width={Math.max(3, x(span.to) - x(span.from))}
              height={BAR}
              rx="3"
            />
            <text x="0" y={index * ROW + 11}>
              {span.file}
            </text>
          </>
        ))}
        <line class="rule now" x1={x(spans.now)} x2={x(spans.now)} y1="0" y2={height} />
        <text x={Math.min(x(spans.now) + 4, WIDTH - 30)} y={height - 4}>
          now
        </text>
      </svg>
      <figcaption>
        <ul class="plain meta">
          {spans.spans.map((span) => (
            <li>
              <code>{span.file}</code> <SpanWords span={span} words={words} />
            </li>
          ))}
        </ul>
      </figcaption>
    </figure>
  )
}

export const ROLES = { signing: 'keys that sign', trust: 'keys that are believed', dkim: 'keys for DKIM' } as const

const SpanWords = ({ span: { begin, end }, words }: { span: KeySpan; words: TimeWords }) => (
  <>
    {begin === null ? (
      'since ever'
    ) : (
      <>
        from <Time at={begin.toISOString()} words={words} />
      </>
    )}
    {end === null ? (
      ', without an end'
    ) : (
      <>
        {' '}
        until <Time at={end.toISOString()} words={words} />
      </>
    )}
  </>
)
