import { encode } from 'uqr'

/** Light modules around the code, which a camera needs (ISO/IEC 18004, 9.1). */
const QUIET = 4

/** A text as a QR code (ISO/IEC 18004), dark on light in either theme: many cameras read no other. */
export const QrCode = ({ text, label }: { text: string; label: string }) => {
  const rows = encode(text, { ecc: 'M', border: QUIET }).data
  return (
    <svg
      class="qr-code"
      viewBox={`0 0 ${rows.length} ${rows.length}`}
      role="img"
      aria-label={label}
      shape-rendering="crispEdges"
    >
      <rect width={rows.length} height={rows.length} fill="#fff" />
      <path d={rows.map(runsOf).join('')} fill="#000" />
    </svg>
  )
}

/** The dark modules of a row as rectangles, neighbours in one. */
const runsOf = (row: readonly boolean[], y: number): string => {
  const line = row.map((dark) => (dark ? '#' : ' ')).join('')
  return [...line.matchAll(/#+/g)].map(({ index, 0: { length } }) => `M${index} ${y}h${length}v1h-${length}z`).join('')
}
