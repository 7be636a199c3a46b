import { expect } from 'vitest'
import type { FakeServer } from '../smtp/fake-server.js'
import { copiesAt, type Placed } from './company.js'
import type { Point } from './points.js'

/** Each comes to what the matrix allows, and what the registry has fits to it. `about`: the domain that it died at. */
export const expectOutcome = (options: {
  point: Point
  company: readonly Placed[]
  relay: FakeServer
  about: string | null
  /** All were at the same step. */
  abreast: boolean
}): void => {
  const { point, company, relay, about, abreast } = options
  const { order: must, either = must, reaches = 1 } = point
  const statuses = company.map(({ status }) => status)
  const told = JSON.stringify(company.map(({ domain, status }) => [domain, status]))
  if (point.shared === true) {
    expect(new Set(statuses).size, `all or nothing: ${told}`).toBe(1)
    expect([must, either], told).toContain(statuses[0])
  } else if (abreast && point.by === 'port') expect(new Set(statuses), told).toEqual(new Set([must]))
  for (const { status } of company) expect([must, either, ...(point.company ?? [])], told).toContain(status)
  const itself = company.filter(({ domain }) => domain === about)
  if (itself.length > 0) expect(itself[0]?.status, `what it died at: ${told}`).toBe(must)
  else if (point.shared !== true) expect(statuses, told).toContain(must)
  for (const placed of company) {
    const exact = placed.status !== 'uncertain' || point.shared === true || placed.domain === about
    const copies = copiesAt(relay, placed)
    if (placed.status !== 'uncertain') expect(copies, `mails of ${placed.domain} at the registry`).toBe(1)
    else if (exact) expect(copies, `mails of ${placed.domain} at the registry`).toBe(reaches)
    else expect(copies, `mails of ${placed.domain} at the registry`).toBeLessThanOrEqual(reaches)
  }
}
